import type { RoomCore } from './room-core';

const READ_EVERY_MS = 1_000;

/** How far one has read a room: noted at once, told to the server now and then. */
export class RoomReading {
  readonly #core: RoomCore;
  readonly #onRead: (unread: number) => void;
  #sent: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onRead hears how many messages are left unread, as one reads: the list of rooms shows it at once */
  constructor(core: RoomCore, onRead: (unread: number) => void) {
    this.#core = core;
    this.#onRead = onRead;
    this.#sent = core.timeline.lastReadSeq;
  }

  /** Notes that everything up to this message has been seen; told to the server at most once a second. */
  mark(seq: number): void {
    const { timeline } = this.#core;
    if (seq <= timeline.lastReadSeq && seq <= this.#sent) return;
    this.#core.dispatch({ type: 'read', seq });
    this.#onRead(Math.max(timeline.lastSeq - seq, 0));
    this.#timer ??= setTimeout(() => this.flush(), READ_EVERY_MS);
  }

  /** Tells the server now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const seq = this.#core.timeline.lastReadSeq;
    if (seq <= this.#sent || !this.#core.state.get().joined) return;
    void this.#tell(seq);
  }

  async #tell(seq: number): Promise<void> {
    const before = this.#sent;
    this.#sent = seq;
    try {
      const { unread } = await this.#core.socket.command('room:read', { room: this.#core.name, seq });
      const { lastReadSeq, lastSeq } = this.#core.timeline;
      // A list of rooms that was asked for before this still counts them. Of the answer and the facts either may be the later one.
      if (lastReadSeq === seq) this.#onRead(Math.max(unread, lastSeq - seq));
    } catch {
      // With the next join, or as one reads on, it is told again.
      if (this.#sent === seq) this.#sent = before;
    }
  }

  /** The server has another history than the one that was read. */
  forget(): void {
    this.#sent = 0;
  }
}
