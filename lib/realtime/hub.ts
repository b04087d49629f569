import { Channel, Subscription } from './channel';
import type { Connection } from './connection';

const NONE: ReadonlySet<Connection> = new Set();

/** Every connection of this process, by user and by room. */
export class Hub {
  readonly #users = new Map<number, Set<Connection>>();
  readonly #channels = new Map<number, Channel>();

  add(connection: Connection): void {
    const { id } = connection.actor;
    const connections = this.#users.get(id);
    if (connections) connections.add(connection);
    else this.#users.set(id, new Set([connection]));
  }

  remove(connection: Connection): void {
    for (const subscription of [...connection.subscriptions.values()]) this.unsubscribe(subscription);
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

  /** Users with a connection that has not joined the room. */
  usersElsewhere(roomId: number): number[] {
    const result: number[] = [];
    for (const [userId, connections] of this.#users) {
      for (const connection of connections) {
        if (connection.subscriptions.has(roomId)) continue;
        result.push(userId);
        break;
      }
    }
    return result;
  }

  channel(roomId: number): Channel | undefined {
    return this.#channels.get(roomId);
  }

  /** The channel of that name in which the connection is. */
  joined(connection: Connection, name: string): Channel | undefined {
    for (const { channel } of connection.subscriptions.values()) if (channel.name === name) return channel;
    return undefined;
  }

  /** Lets a connection gather a room's changes, from before its snapshot is read; `open` on the result lets them through. */
  subscribe(connection: Connection, roomId: number, name: string): Subscription {
    let channel = this.#channels.get(roomId);
    if (!channel) this.#channels.set(roomId, (channel = new Channel(roomId, name)));
    channel.name = name;
    const present = connection.subscriptions.get(roomId);
    if (present) {
      present.regather();
      return present;
    }
    const subscription = new Subscription(channel, connection);
    channel.subscriptions.add(subscription);
    connection.subscriptions.set(roomId, subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    const { channel, connection } = subscription;
    if (!channel.subscriptions.delete(subscription)) return;
    connection.subscriptions.delete(channel.roomId);
    channel.presence.depart(connection);
    if (channel.subscriptions.size === 0) this.#drop(channel);
  }

  /** Ends a room for everyone in it. */
  dissolve(roomId: number): Connection[] {
    const channel = this.#channels.get(roomId);
    if (!channel) return [];
    const connections = [...channel.subscriptions].map((subscription) => subscription.connection);
    for (const subscription of channel.subscriptions) subscription.connection.subscriptions.delete(roomId);
    channel.subscriptions.clear();
    this.#drop(channel);
    return connections;
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #drop(channel: Channel): void {
    channel.close();
    this.#channels.delete(channel.roomId);
  }
}
