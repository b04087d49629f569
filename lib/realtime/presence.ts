import type { User } from '../contracts/entities';
import { LIMITS } from '../contracts/limits';
import type { Audience } from './audience';
import type { Connection } from './connection';
import { Frame } from './frame';
import { turns } from './presence-turns';

interface Change {
  user: User;
  /** whether the room believes this user to be here */
  before: boolean;
  /** {@link Presence}'s count when it was noted */
  arrivals: number;
  /** whether somebody was told who is here between two changes of this user, and so believes something else than the room */
  torn: boolean;
}

interface Entry {
  user: User;
  /** on this node */
  connections: number;
  /** other nodes on which they are */
  nodes: number;
}

/** Who is in a room: a user arrives with their first connection, on whichever node, and leaves with their last. Never stored. */
export class Presence {
  readonly #audience: Audience;
  readonly #here = new Map<number, Entry>();
  /** as the room was last told */
  readonly #changed = new Map<number, Change>();
  /** how many have been told who is here */
  #arrivals = 0;

  readonly #moved: (user: User, isHere: boolean) => void;

  /** @param moved is told of those who come and go on this node */
  constructor(audience: Audience, moved: (user: User, isHere: boolean) => void) {
    this.#audience = audience;
    this.#moved = moved;
  }

  /** Counts a connection in. */
  arrive({ actor: { id, username } }: Connection): void {
    const entry = this.#enter({ id, username });
    if (++entry.connections === 1) this.#moved(entry.user, true);
  }

  /** Counts in somebody who is on another node. */
  arriveElsewhere(user: User): void {
    this.#enter(user).nodes++;
  }

  /** The same for who was there before anybody came here: nobody has to be told. */
  seed(user: User): void {
    const entry = this.#here.get(user.id);
    if (entry) entry.nodes++;
    else this.#here.set(user.id, { user, connections: 0, nodes: 1 });
  }

  /** Who is connected to this node. */
  usersHere(): User[] {
    return [...this.#here.values()].flatMap(({ user, connections }) => (connections > 0 ? [user] : []));
  }

  /** Tells a connection that was counted in who is here. */
  greet(connection: Connection): void {
    const { id, username } = connection.actor;
    const online = [];
    for (const { user } of this.#here.values()) {
      if (online.length === LIMITS.online) break;
      online.push(user);
    }
    // A thousand people beside oneself must not leave oneself out.
    if (!online.some((user) => user.id === id)) online[online.length - 1] = { id, username };
    connection.send(new Frame('presence', { ...this.#room(), online, onlineCount: this.#here.size }));
    this.#arrivals++;
  }

  /** Counts a connection out that was counted in. */
  depart({ actor: { id } }: Connection): void {
    const entry = this.#here.get(id);
    if (!entry) return;
    if (--entry.connections === 0) this.#moved(entry.user, false);
    this.#leave(entry);
  }

  /** Counts out somebody who was on another node. */
  departElsewhere({ id }: User): void {
    const entry = this.#here.get(id);
    if (!entry) return;
    entry.nodes--;
    this.#leave(entry);
  }

  /** Notes somebody's new name, by which they are told from now on. */
  rename(user: User): void {
    const entry = this.#here.get(user.id);
    if (entry) entry.user = user;
    const change = this.#changed.get(user.id);
    if (change) change.user = user;
  }

  close(): void {
    turns.cancel(this);
  }

  /** How many users hear of it when somebody comes or goes, most on one connection: about what telling it costs. */
  get listeners(): number {
    return this.#here.size;
  }

  #enter(user: User): Entry {
    const known = this.#here.get(user.id);
    if (known) return known;
    this.#note(user, false);
    const entry = { user, connections: 0, nodes: 0 };
    this.#here.set(user.id, entry);
    return entry;
  }

  #leave({ user, connections, nodes }: Entry): void {
    if (connections + nodes > 0) return;
    this.#here.delete(user.id);
    this.#note(user, true);
  }

  #room() {
    return { room: this.#audience.name, roomId: this.#audience.roomId };
  }

  #note(user: User, before: boolean): void {
    const change = this.#changed.get(user.id);
    if (!change) this.#changed.set(user.id, { user, before, arrivals: this.#arrivals, torn: false });
    else if (this.#arrivals > change.arrivals) change.torn = true;
    turns.ask(this);
  }

  /** Tells the room who came and went since the last time. */
  tell(): void {
    const joined: User[] = [];
    const left: User[] = [];
    for (const { user, before, torn } of this.#changed.values()) {
      const now = this.#here.has(user.id);
      if (now && (!before || torn)) joined.push(user);
      if (!now && (before || torn)) left.push(user);
    }
    this.#changed.clear();
    if (joined.length > 0 || left.length > 0) {
      this.#audience.broadcast(new Frame('presence', { ...this.#room(), joined, left }));
    }
  }
}
