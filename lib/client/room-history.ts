import { LIMITS } from '@/lib/contracts/limits';
import { CommandError } from './errors';
import type { RoomCore } from './room-core';
import { firstSeq, hasAfter, hasBefore } from './timeline';

/** More messages than this are not kept loaded: days of reading would fill the browser's memory and slow every step. */
const MOST_LOADED = 2_000;
/** So many are left when some are let go, and so many at least on either side of what one looks at. */
const LEFT_LOADED = 1_500;
const LEFT_BESIDE = 500;

/** A room's history: loaded where one looks, and let go far from there. */
export class RoomHistory {
  readonly #core: RoomCore;

  constructor(core: RoomCore) {
    this.#core = core;
  }

  async before(): Promise<void> {
    const { timeline } = this.#core;
    if (hasBefore(timeline)) await this.#load('before', { before: firstSeq(timeline) });
  }

  async after(): Promise<void> {
    const { timeline } = this.#core;
    const last = timeline.messages.at(-1);
    if (last && hasAfter(timeline)) await this.#load('after', { after: last.seq });
  }

  async toLatest(): Promise<void> {
    if (hasAfter(this.#core.timeline)) await this.#load('jump', {});
  }

  async to(seq: number): Promise<void> {
    const { timeline } = this.#core;
    const index = seq - firstSeq(timeline);
    if (index < 0 || index >= timeline.messages.length) await this.#load('jump', { around: seq });
  }

  /**
   * Lets go of what is far from a message that is looked at, once very much is loaded: on one side at a time, because a list that
   * changes at both ends at once cannot keep its place.
   */
  trimAround(seq: number): void {
    const { timeline, loading } = this.#core.state.get();
    const { length } = timeline.messages;
    if (length <= MOST_LOADED || loading) return;
    const first = firstSeq(timeline);
    const last = first + length - 1;
    const surplus = length - LEFT_LOADED;
    if (seq - first > last - seq) {
      const from = Math.min(first + surplus, seq - LEFT_BESIDE);
      this.#core.dispatch({ type: 'trim', from });
      this.#markStart();
    } else this.#core.dispatch({ type: 'trim', to: Math.max(last - surplus, seq + LEFT_BESIDE) });
  }

  /** Lets go of everything before a message. @returns whether there was anything */
  trimBefore(seq: number): boolean {
    const before = firstSeq(this.#core.timeline);
    this.#core.dispatch({ type: 'trim', from: seq });
    this.#markStart();
    return firstSeq(this.#core.timeline) !== before;
  }

  #markStart(): void {
    this.#core.patch({ pageStarts: new Set(this.#core.state.get().pageStarts).add(firstSeq(this.#core.timeline)) });
  }

  async #load(
    side: 'before' | 'after' | 'jump',
    place: { before?: number; after?: number; around?: number },
  ): Promise<void> {
    const { socket, name, state } = this.#core;
    const { loading, timeline } = state.get();
    if ((loading && side !== 'jump') || !socket.connected) return;
    this.#core.patch({ loading: side });
    try {
      const page = await socket.command('message:list', { room: name, ...place, limit: LIMITS.page.max / 2 });
      if (this.#core.closed || this.#core.timeline.generation !== timeline.generation) return;
      this.#core.dispatch({ type: side === 'jump' ? 'jump' : 'page', page });
      this.#markStart();
    } catch (error) {
      // Scrolling on asks again; the connection's own state says what is wrong.
      if (!(error instanceof CommandError)) throw error;
    } finally {
      this.#core.patch({ loading: null });
    }
  }
}
