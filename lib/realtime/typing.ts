import type { User } from '../contracts/entities';
import { LIMITS } from '../contracts/limits';
import type { Audience } from './audience';
import { Frame } from './frame';

/** Who is typing in a room. Never stored; lapses by itself. */
export class Typing {
  readonly #audience: Audience;
  readonly #typists = new Map<number, { user: User; timer: NodeJS.Timeout }>();

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /** Notes that somebody types, or has stopped; the room is told of it (a repetition only prolongs it). */
  set(user: User, typing: boolean): void {
    const running = this.#typists.get(user.id);
    clearTimeout(running?.timer);
    this.#typists.delete(user.id);
    if (typing) {
      const typist = { user, timer: setTimeout(() => this.set(typist.user, false), LIMITS.typingMs) };
      this.#typists.set(user.id, typist);
    }
    if (typing !== (running !== undefined)) this.#tell(user, typing);
  }

  /** Notes somebody's new name. */
  rename(user: User): void {
    const typist = this.#typists.get(user.id);
    if (typist) typist.user = user;
  }

  close(): void {
    for (const { timer } of this.#typists.values()) clearTimeout(timer);
    this.#typists.clear();
  }

  #tell(user: User, typing: boolean): void {
    const { name, roomId } = this.#audience;
    this.#audience.broadcast(new Frame('typing', { room: name, roomId, user, typing }), user.id);
  }
}
