import type { Account, Room, User } from '../contracts/entities';
import { CLOSE_CODES } from '../contracts/facts';
import type { SocketFigures } from '../metrics';
import { Channel } from './channel';
import type { Connection } from './connection';
import { Rounds } from './rounds';
import { Subscription } from './subscription';

/** Milliseconds between two looks at one connection's reader. */
const LOOK_MS = 5_000;
/** Milliseconds that a reader may stand still: let go with a look's delay it is gone well within half a minute. */
const STANDSTILL_MS = 15_000;

/** Milliseconds: no handshake that began before a session ended is still under way after this. */
const HANDSHAKE_MS = 60_000;
/** Milliseconds after which somebody who was still let in while the service stops should come back. */
const RETURN_MS = 2_000;

const NONE: ReadonlySet<Connection> = new Set();

/** Every connection of this process, by user and by room. */
export class Hub {
  readonly #users = new Map<number, Set<Connection>>();
  readonly #ended = new Set<number>();
  /** accounts that were changed of late: whoever is being let in may still be known by what they were */
  readonly #renewed = new Map<number, Account>();
  readonly #channels = new Map<number, Channel>();
  #closing = false;
  readonly #looks: Rounds<Connection>;
  /** is told who came into a room here, or left it */
  onMoved: (roomId: number, user: User, isHere: boolean) => void = () => undefined;
  /** who is in a room on other nodes */
  elsewhereIn: (roomId: number) => Iterable<User> = () => [];
  /** is told who hears a room here without being its member any more */
  onLeft: (channel: Channel, user: User) => void = () => undefined;

  /** @param standstill milliseconds that a reader may stand still, owing receipt of what it was sent */
  constructor(standstill: number = STANDSTILL_MS) {
    const look = (connection: Connection) => {
      if (connection.actor.sessionEndsAt <= Date.now()) connection.close(CLOSE_CODES.sessionEnded);
      else if (connection.standsFor() >= standstill) connection.close(CLOSE_CODES.tooSlow);
    };
    this.#looks = new Rounds(Math.min(LOOK_MS, standstill / 3), [{ after: 0, visit: look }]);
  }

  /** Whether nothing new is taken on. */
  get isClosing(): boolean {
    return this.#closing;
  }

  /** Takes on nothing new from now on: no connection, no command. What is under way is answered. */
  beginClosing(): void {
    this.#closing = true;
  }

  /** Takes a connection in, unless its session was ended while it was being let in: then it is closed. */
  add(connection: Connection): void {
    const { id, sessionId } = connection.actor;
    if (this.#closing) {
      connection.close(CLOSE_CODES.goingAway, RETURN_MS);
      return;
    }
    if (this.#ended.has(sessionId)) {
      connection.close(CLOSE_CODES.sessionEnded);
      return;
    }
    const renewed = this.#renewed.get(id);
    if (renewed) connection.actor = { ...connection.actor, ...renewed };
    const connections = this.#users.get(id);
    if (connections) connections.add(connection);
    else this.#users.set(id, new Set([connection]));
    this.#looks.add(connection);
  }

  /** Closes every connection of a session, those included that are being let in at this moment. */
  endSession(userId: number, sessionId: number): void {
    this.#ended.add(sessionId);
    setTimeout(() => this.#ended.delete(sessionId), HANDSHAKE_MS).unref();
    for (const connection of [...this.connectionsOf(userId)]) {
      if (connection.actor.sessionId === sessionId) connection.close(CLOSE_CODES.sessionEnded);
    }
  }

  /** Has the connections of an account, those included that are being let in at this moment, speak for it as it is now. */
  renew(account: Account): void {
    this.#renewed.set(account.id, account);
    setTimeout(() => {
      if (this.#renewed.get(account.id) === account) this.#renewed.delete(account.id);
    }, HANDSHAKE_MS).unref();
    const user = { id: account.id, username: account.username };
    for (const connection of this.connectionsOf(account.id)) {
      connection.actor = { ...connection.actor, ...account };
      for (const roomId of connection.rooms) {
        const channel = this.#channels.get(roomId);
        channel?.presence.rename(user);
        channel?.typing.rename(user);
      }
    }
  }

  remove(connection: Connection): void {
    connection.gone = true;
    this.#looks.delete(connection);
    for (const roomId of connection.rooms) this.unsubscribe(connection, roomId);
    const connections = this.#users.get(connection.actor.id);
    connections?.delete(connection);
    if (connections?.size === 0) this.#users.delete(connection.actor.id);
  }

  connectionsOf(userId: number): ReadonlySet<Connection> {
    return this.#users.get(userId) ?? NONE;
  }

  *connections(): Iterable<Connection> {
    for (const connections of this.#users.values()) yield* connections;
  }

  /** What is open here at this moment. */
  figures(): SocketFigures {
    const figures = { connections: { 'socket.io': 0, websocket: 0 }, rooms: this.#channels.size, buffered: 0 };
    for (const { onlyRoom, buffered } of this.connections()) {
      figures.connections[onlyRoom === null ? 'socket.io' : 'websocket']++;
      figures.buffered += buffered;
    }
    return figures;
  }

  /**
   * Who of some users has a connection that has not joined the room.
   *
   * @param members ids of users, connected or not
   */
  elsewhere(roomId: number, members: ReadonlySet<number>): number[] {
    // Whichever is smaller: a room of thousands in which few are connected, or thousands of whom few are in the room.
    const candidates = members.size < this.#users.size ? members : this.#users.keys();
    const result: number[] = [];
    for (const userId of candidates) {
      if (!members.has(userId)) continue;
      for (const connection of this.connectionsOf(userId)) {
        if (connection.rooms.includes(roomId)) continue;
        result.push(userId);
        break;
      }
    }
    return result;
  }

  /** The rooms that somebody here has joined. */
  roomIds(): Iterable<number> {
    return this.#channels.keys();
  }

  channel(roomId: number): Channel | undefined {
    return this.#channels.get(roomId);
  }

  /** Notes what everyone sees of a room by now: its facts go by its new name from now on. */
  update(room: Room): void {
    this.#channels.get(room.id)?.update(room);
  }

  /** The channel of that name in which the connection is. */
  joined(connection: Connection, name: string): Channel | undefined {
    for (const roomId of connection.rooms) {
      const channel = this.#channels.get(roomId);
      if (channel?.name === name) return channel;
    }
    return undefined;
  }

  /** The same where it hears the room already: as long as it gathers, it has not been let in for certain. */
  inside(connection: Connection, name: string): Channel | undefined {
    const channel = this.joined(connection, name);
    return channel?.subscriptions.get(connection)?.isOpen ? channel : undefined;
  }

  /**
   * Lets a connection gather a room's changes; `open` on the result lets them through.
   *
   * @param name the room's, where nobody here has heard it yet
   */
  subscribe(connection: Connection, roomId: number, name: string): Subscription {
    const channel = this.#channels.get(roomId) ?? this.#open(roomId, name);
    const present = channel.subscriptions.get(connection);
    if (present) {
      present.regather();
      return present;
    }
    const subscription = new Subscription(channel, connection);
    channel.subscriptions.set(connection, subscription);
    connection.rooms = [...connection.rooms, roomId];
    return subscription;
  }

  /** Ends a connection's part in a room; harmless where it has none. */
  unsubscribe(connection: Connection, roomId: number): void {
    const channel = this.#channels.get(roomId);
    const subscription = channel?.subscriptions.get(connection);
    if (!channel || !subscription) return;
    subscription.end();
    connection.rooms = connection.rooms.filter((id) => id !== roomId);
    channel.subscriptions.delete(connection);
    if (channel.subscriptions.size === 0) this.#drop(channel);
  }

  /**
   * Ends a room for everyone in it.
   *
   * @returns the connections that were in it
   */
  dissolve(roomId: number): Connection[] {
    const channel = this.#channels.get(roomId);
    if (!channel) return [];
    const connections = [...channel.subscriptions.keys()];
    for (const connection of connections) this.unsubscribe(connection, roomId);
    return connections;
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
    this.#looks.close();
  }

  #open(roomId: number, name: string): Channel {
    const channel: Channel = new Channel(roomId, name, {
      left: (user) => this.onLeft(channel, user),
      moved: (user, isHere) => this.onMoved(roomId, user, isHere),
    });
    this.#channels.set(roomId, channel);
    for (const user of this.elsewhereIn(roomId)) channel.presence.seed(user);
    return channel;
  }

  #drop(channel: Channel): void {
    channel.close();
    this.#channels.delete(channel.roomId);
  }
}
