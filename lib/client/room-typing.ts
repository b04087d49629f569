import type { User } from '@/lib/contracts/entities';
import type { Facts } from '@/lib/contracts/facts';
import { LIMITS } from '@/lib/contracts/limits';
import { typistsAfter, type Typist } from './people';
import type { RoomCore } from './room-core';

const REPEAT_EVERY_MS = 3_000;
const IDLE_MS = 5_000;

/** Who is typing in a room: the others, until that lapses, and oneself, told as often as it takes to be kept up. */
export class RoomTyping {
  readonly #core: RoomCore;
  #lapseTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #toldAt = 0;

  constructor(core: RoomCore) {
    this.#core = core;
  }

  hear(fact: Facts['typing']): void {
    this.#set(typistsAfter(this.#core.state.get().typists, fact, Date.now() + LIMITS.typingMs));
  }

  /** What somebody typed is there: they are done. */
  done(authors: ReadonlySet<User['id'] | undefined>): void {
    const { typists } = this.#core.state.get();
    if (typists.some(({ user }) => authors.has(user.id)))
      this.#set(typists.filter(({ user }) => !authors.has(user.id)));
  }

  /** Tells the others that one is typing, or no longer. */
  tell(active: boolean): void {
    clearTimeout(this.#idleTimer);
    if (!active) return void this.#send(false);
    this.#idleTimer = setTimeout(() => this.#send(false), IDLE_MS);
    if (Date.now() - this.#toldAt > REPEAT_EVERY_MS) this.#send(true);
  }

  close(): void {
    this.#send(false);
    clearTimeout(this.#lapseTimer);
  }

  #send(active: boolean): void {
    clearTimeout(this.#idleTimer);
    if (!active && this.#toldAt === 0) return;
    this.#toldAt = active ? Date.now() : 0;
    if (this.#core.state.get().joined) this.#core.quietly('typing', { room: this.#core.name, typing: active });
  }

  #set(typists: readonly Typist[]): void {
    clearTimeout(this.#lapseTimer);
    this.#core.patch({ typists });
    const next = Math.min(...typists.map(({ until }) => until));
    if (!Number.isFinite(next)) return;
    this.#lapseTimer = setTimeout(
      () => this.#set(this.#core.state.get().typists.filter(({ until }) => until > Date.now())),
      Math.max(next - Date.now(), 0) + 10,
    );
  }
}
