import { bus, type BusEvent } from '../bus';
import type { User } from '../contracts/entities';
import { CLOSE_CODES } from '../contracts/facts';
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
    this.#patrol = new Patrol(hub, this.#activity, {
      onGone: (roomId) => {
        const channel = hub.channel(roomId);
        if (channel) this.#deleted({ type: 'room:deleted', roomId, room: channel.name, memberIds: [] });
      },
      onLeft: (roomId, user) => {
        const channel = hub.channel(roomId);
        if (channel) this.#removed({ type: 'member:removed', roomId, room: channel.name, user });
      },
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
        for (const connection of this.#hub.connectionsOf(event.userId)) connection.readmit(event.room.id);
        this.#toUser(event.userId, new Frame('room:added', { room: event.room }));
        break;
      case 'room:updated':
        this.#hub.rename(event.room.id, event.room.name);
        this.#updated(event);
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
      connection.bar(roomId);
      if (connection.onlyRoom === roomId) connection.close(CLOSE_CODES.removed);
    }
    const channel = this.#hub.channel(roomId);
    channel?.typing.set(user, false);
    channel?.broadcast(new Frame('member:removed', inRoom(event)));
  }

  #updated({ room, memberIds }: Extract<BusEvent, { type: 'room:updated' }>): void {
    const frame = new Frame('room:updated', { room });
    for (const userId of memberIds) this.#toUser(userId, frame);
  }

  #read({ roomId, room, seq, unread, userId, connectionId }: Extract<BusEvent, { type: 'room:read' }>): void {
    const frame = new Frame('room:read', { room, roomId, seq, unread });
    for (const connection of this.#hub.connectionsOf(userId))
      if (connection.id !== connectionId) connection.send(frame);
  }

  #toUser(userId: number, frame: Frame): void {
    for (const connection of this.#hub.connectionsOf(userId)) connection.send(frame);
  }
}

function inRoom({ room, roomId, user }: { room: string; roomId: number; user: User }) {
  return { room, roomId, user };
}
