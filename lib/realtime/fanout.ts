import { bus, type BusEvent } from '../bus';
import type { User } from '../contracts/entities';
import { CLOSE_CODES } from '../contracts/facts';
import { pool } from '../db';
import { log } from '../log';
import { Activity } from './activity';
import { Frame } from './frame';
import type { Hub } from './hub';
import { Patrol } from './patrol';
import { sequenced } from './sequenced';

/** From the bus to its audience: the only place that sends facts to clients. */
export class Fanout {
  readonly #hub: Hub;
  readonly #activity: Activity;
  readonly #patrol: Patrol;
  readonly #unsubscribe: () => void;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#activity = new Activity(hub);
    this.#patrol = new Patrol(hub, this.#activity, (roomId) => {
      const channel = hub.channel(roomId);
      if (channel) this.#deleted({ type: 'room:deleted', roomId, room: channel.name, memberIds: [] });
    });
    this.#unsubscribe = bus().subscribe((event) => this.#hear(event));
  }

  close(): void {
    this.#unsubscribe();
    this.#activity.close();
    this.#patrol.close();
  }

  #hear(event: BusEvent): void {
    switch (event.type) {
      case 'messages:created':
        this.#created(event);
        break;
      case 'message:updated':
        this.#hub
          .channel(event.roomId)
          ?.receive(sequenced(event.type, { roomId: event.roomId, name: event.room }, [event.message]));
        break;
      case 'room:uncertain':
        this.#patrol.suspect(event.roomId);
        break;
      case 'room:added':
        this.#toUser(event.userId, new Frame('room:added', { room: event.room }));
        break;
      case 'room:updated':
        this.#hub.rename(event.room.id, event.room.name);
        void this.#toMembers(event.room.id, new Frame('room:updated', { room: event.room }));
        break;
      case 'room:deleted':
        this.#deleted(event);
        break;
      case 'member:added':
        this.#hub.channel(event.roomId)?.broadcast(new Frame('member:added', inRoom(event)));
        break;
      case 'member:removed':
        this.#removed(event);
        break;
      case 'room:read':
        this.#read(event);
        break;
      case 'user:role-changed':
        for (const { actor } of this.#hub.connectionsOf(event.userId)) actor.role = event.role;
        break;
      case 'session:revoked':
        this.#hub.endSession(event.userId, event.sessionId);
        break;
      default:
        event satisfies never;
    }
  }

  #created({ roomId, room, messages }: Extract<BusEvent, { type: 'messages:created' }>): void {
    const channel = this.#hub.channel(roomId);
    channel?.receive(sequenced('messages:created', { roomId, name: room }, messages));
    for (const { author } of messages) if (author) channel?.typing.set(author, false);
    this.#activity.touch(roomId, room, messages.at(-1)?.seq ?? 0);
  }

  #deleted({ roomId, room, memberIds }: Extract<BusEvent, { type: 'room:deleted' }>): void {
    this.#activity.forget(roomId);
    const inside = this.#hub.dissolve(roomId);
    const told = new Set(inside);
    for (const userId of memberIds) for (const connection of this.#hub.connectionsOf(userId)) told.add(connection);
    const frame = new Frame('room:deleted', { room, roomId });
    for (const connection of told) connection.send(frame);
    for (const connection of inside) if (connection.onlyRoom === roomId) connection.close(CLOSE_CODES.roomDeleted);
  }

  /** Whoever is removed hears nothing more of the room, not even of their own removal as the others do. */
  #removed(event: Extract<BusEvent, { type: 'member:removed' }>): void {
    const { roomId, room, user } = event;
    const left = new Frame('room:removed', { room, roomId });
    for (const connection of [...this.#hub.connectionsOf(user.id)]) {
      this.#hub.unsubscribe(connection, roomId);
      connection.send(left);
      if (connection.onlyRoom === roomId) connection.close(CLOSE_CODES.removed);
    }
    this.#hub.channel(roomId)?.broadcast(new Frame('member:removed', inRoom(event)));
  }

  #read({ roomId, room, seq, unread, userId, connectionId }: Extract<BusEvent, { type: 'room:read' }>): void {
    const frame = new Frame('room:read', { room, roomId, seq, unread });
    for (const connection of this.#hub.connectionsOf(userId))
      if (connection.id !== connectionId) connection.send(frame);
  }

  #toUser(userId: number, frame: Frame): void {
    for (const connection of this.#hub.connectionsOf(userId)) connection.send(frame);
  }

  async #toMembers(roomId: number, frame: Frame): Promise<void> {
    try {
      const { rows } = await pool().query<{ user_id: number }>(
        'SELECT user_id FROM memberships WHERE room_id = $1 AND removed_at IS NULL',
        [roomId],
      );
      for (const row of rows) this.#toUser(row.user_id, frame);
    } catch (error) {
      log.warn({ err: error, roomId }, 'members could not be told');
    }
  }
}

function inRoom({ room, roomId, user }: { room: string; roomId: number; user: User }) {
  return { room, roomId, user };
}
