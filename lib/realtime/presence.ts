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

/** Who is in a room: a user arrives with their first connection and leaves with their last. Never stored. */
export class Presence {
  readonly #audience: Audience;
  readonly #here = new Map<number, { user: User; connections: number }>();
  /** as the room was last told */
  readonly #changed = new Map<number, Change>();
  /** how many have been told who is here */
  #arrivals = 0;

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /** Counts a connection in. */
  arrive({ actor: { id, username } }: Connection): void {
    const entry = this.#here.get(id);
    if (!entry) {
      this.#note({ id, username }, false);
      this.#here.set(id, { user: { id, username }, connections: 1 });
    } else entry.connections++;
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
    if (!entry || --entry.connections > 0) return;
    this.#here.delete(id);
    this.#note(entry.user, true);
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
