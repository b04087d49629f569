import { bus, type BusEvent } from '../bus';
import type { Standing } from '../auth/standing';
import { hearersOf } from '../chat/hearers';
import { memberIdsOf } from '../chat/memberships';
import { readRooms } from '../chat/rooms';
import type { User } from '../contracts/entities';
import { CLOSE_CODES } from '../contracts/facts';
import { pool } from '../db';
import { log } from '../log';
import { Activity } from './activity';
import { Frame } from './frame';
import type { Hub } from './hub';
import { Patrol } from './patrol';
import { sequenced } from './sequenced';
import { Whereabouts } from './whereabouts';

/** From the bus to its audience: the only place that sends facts to clients. */
export class Fanout {
  readonly #hub: Hub;
  readonly #activity: Activity;
  readonly #patrol: Patrol;
  readonly #whereabouts: Whereabouts | undefined;
  readonly #unsubscribe: () => void;
  #renames: Promise<void> = Promise.resolve();

  /** @param several whether other nodes publish things too */
  constructor(hub: Hub, several: boolean) {
    this.#hub = hub;
    this.#activity = new Activity(hub);
    hub.onLeft = ({ roomId, name }, user) => this.#removed({ type: 'member:removed', roomId, room: name, user });
    const hooks = {
      onGone: (roomId: number) => {
        const channel = hub.channel(roomId);
        if (channel) this.#deleted({ type: 'room:deleted', roomId, room: channel.name, memberIds: [] });
      },
      onChanged: (roomId: number) => this.#changed(roomId),
      onStanding: ({ actor, account }: Standing) => {
        if (!account) hub.endSession(actor.id, actor.sessionId);
        else this.#renamed({ type: 'user:updated', account, previous: actor.username });
      },
    };
    this.#patrol = new Patrol(hub, this.#activity, hooks, several);
    this.#whereabouts = several ? new Whereabouts(hub) : undefined;
    this.#unsubscribe = bus().subscribe((event, from) => this.#hear(event, from));
  }

  close(): void {
    this.#unsubscribe();
    this.#activity.close();
    this.#patrol.close();
    this.#whereabouts?.close();
  }

  #hear(event: BusEvent, from: string | undefined): void {
    switch (event.type) {
      case 'messages:created':
        this.#created(event);
        break;
      case 'message:updated':
        this.#hub
          .channel(event.roomId)
          ?.receive(sequenced(event.type, { roomId: event.roomId, name: event.room }, [event.message], event.closings));
        break;
      case 'room:uncertain':
        this.#patrol.suspect(event.roomId);
        break;
      case 'room:added':
        for (const connection of this.#hub.connectionsOf(event.userId)) connection.readmit(event.room.id);
        this.#toUser(event.userId, new Frame('room:added', { room: event.room }));
        break;
      case 'room:updated':
        this.#updated(event);
        break;
      case 'room:deleted':
        this.#deleted(event);
        break;
      case 'member:added':
        this.#hub.channel(event.roomId)?.broadcast(new Frame('member:added', inRoom(event)));
        break;
      case 'member:removed':
        if (from === undefined) this.#removed(event);
        else void this.#removedElsewhere(event);
        break;
      case 'room:read':
        this.#read(event);
        break;
      case 'user:updated':
        this.#renamed(event);
        break;
      case 'user:deleted':
        void this.#userDeleted(event);
        break;
      case 'session:revoked':
        this.#hub.endSession(event.userId, event.sessionId);
        break;
      case 'typing':
        this.#hub.channel(event.roomId)?.typing.set(event.user, event.typing);
        break;
      case 'presence:moved':
      case 'presence:told':
      case 'presence:asked':
      case 'node:gone':
        if (from !== undefined) this.#whereabouts?.hear(event, from);
        break;
      case 'hints:lost':
        this.#patrol.suspectAll();
        break;
      default:
        event satisfies never;
    }
  }

  #created({ roomId, room, closings, messages }: Extract<BusEvent, { type: 'messages:created' }>): void {
    const channel = this.#hub.channel(roomId);
    channel?.receive(sequenced('messages:created', { roomId, name: room }, messages, closings));
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

  /**
   * What another node says may come late, when its user was let in again on a third one. Until that is known no message of after the
   * removal is told here (`lib/realtime/gate.ts`).
   */
  async #removedElsewhere(event: Extract<BusEvent, { type: 'member:removed' }>): Promise<void> {
    const { roomId, user } = event;
    try {
      const hearers = await hearersOf({ roomId, userIds: [user.id] });
      if (hearers?.memberIds.has(user.id)) return;
    } catch (error) {
      log.debug({ err: error, roomId }, 'whether somebody was removed could not be asked: taken as said');
    }
    this.#removed(event);
  }

  #updated({ room, memberIds }: Extract<BusEvent, { type: 'room:updated' }>): void {
    this.#hub.update(room);
    const frame = new Frame('room:updated', { room });
    for (const userId of memberIds) this.#toUser(userId, frame);
  }

  /** Tells what nobody has published here: a room's new name, topic, visibility or owner. */
  async #changed(roomId: number): Promise<void> {
    for (const room of await readRooms([roomId])) {
      this.#updated({ type: 'room:updated', room, memberIds: await memberIdsOf(pool(), roomId) });
    }
  }

  #read({ roomId, room, seq, unread, userId, connectionId }: Extract<BusEvent, { type: 'room:read' }>): void {
    const frame = new Frame('room:read', { room, roomId, seq, unread });
    for (const connection of this.#hub.connectionsOf(userId))
      if (connection.id !== connectionId) connection.send(frame);
  }

  #renamed({ account, previous }: Extract<BusEvent, { type: 'user:updated' }>): void {
    this.#hub.renew(account);
    const user = { id: account.id, username: account.username };
    if (user.username === previous) return;
    this.#whereabouts?.rename(user);
    const frame = new Frame('user:updated', { user, previous });
    // One after the other: of two changes the later one must be heard last.
    this.#renames = this.#renames.then(() => this.#toNeighbours(user.id, frame));
  }

  async #userDeleted({ user, rooms, ownedRoomIds }: Extract<BusEvent, { type: 'user:deleted' }>): Promise<void> {
    for (const { id, name } of rooms) this.#removed({ type: 'member:removed', roomId: id, room: name, user });
    try {
      for (const room of await readRooms(ownedRoomIds)) {
        await this.#toMembers(room.id, new Frame('room:updated', { room }));
      }
    } catch (error) {
      log.warn({ err: error }, 'members could not be told that their room has no owner any more');
    }
  }

  #toUser(userId: number, frame: Frame): void {
    for (const connection of this.#hub.connectionsOf(userId)) connection.send(frame);
  }

  /** Tells everyone who shares a room with a user, and that user. */
  async #toNeighbours(userId: number, frame: Frame): Promise<void> {
    const told = new Set([userId]);
    try {
      const { rows } = await pool().query<{ user_id: number }>(
        `SELECT DISTINCT other.user_id FROM memberships own JOIN memberships other USING (room_id)
         WHERE own.user_id = $1 AND own.removed_at IS NULL AND other.removed_at IS NULL`,
        [userId],
      );
      for (const row of rows) told.add(row.user_id);
    } catch (error) {
      log.warn({ err: error, userId }, 'the neighbours of a user could not be told');
    }
    for (const id of told) this.#toUser(id, frame);
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
