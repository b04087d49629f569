import type { User } from '../contracts/entities';
import { LIMITS } from '../contracts/limits';
import type { Audience } from './audience';
import { Frame } from './frame';

/** Who is typing in a room. Never stored; lapses by itself. */
export class Typing {
  readonly #audience: Audience;
  readonly #timers = new Map<number, NodeJS.Timeout>();

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /** Notes that somebody types, or has stopped; the room is told of it (a repetition only prolongs it). */
  set(user: User, typing: boolean): void {
    const running = this.#timers.get(user.id);
    clearTimeout(running);
    this.#timers.delete(user.id);
    if (typing) {
      this.#timers.set(
        user.id,
        setTimeout(() => this.set(user, false), LIMITS.typingMs),
      );
    }
    if (typing !== (running !== undefined)) this.#tell(user, typing);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #tell(user: User, typing: boolean): void {
    const { name, roomId } = this.#audience;
    this.#audience.broadcast(new Frame('typing', { room: name, roomId, user, typing }), user.id);
  }
}
