import { LIMITS } from '@/lib/contracts/limits';
import { CommandError } from './errors';
import type { RoomCore } from './room-core';
import { firstSeq, hasAfter, hasBefore, messageAt } from './timeline';

/** More messages than this are not kept loaded: days of reading would fill the browser's memory and slow every step. */
const MOST_LOADED = 2_000;
/** So many are left when some are let go, and so many at least on either side of what one looks at. */
const LEFT_LOADED = 1_500;
const LEFT_BESIDE = 500;

/** A room's history: loaded where one looks, and let go far from there. */
export class RoomHistory {
  readonly #core: RoomCore;
  /** Where one wants to be and is not yet: at a message (`around`), or at the latest. A lost connection must not forget it. */
  #wish: { around?: number } | null = null;

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

  toLatest(): Promise<void> {
    this.#wish = {};
    return this.jump();
  }

  to(seq: number): Promise<void> {
    this.#wish = { around: seq };
    return this.jump();
  }

  /** Goes where one wants to be, if that has not come about yet. */
  async jump(): Promise<void> {
    const wish = this.#wish;
    if (!wish) return;
    const { timeline } = this.#core;
    const there = wish.around === undefined ? !hasAfter(timeline) : messageAt(timeline, wish.around) !== undefined;
    if (!there) await this.#load('jump', wish);
    else this.#wish = null;
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
    const { loading, timeline, joined } = this.#core.state.get();
    if ((loading && side !== 'jump') || !joined) return;
    this.#core.patch({ loading: side });
    try {
      const page = await this.#core.list({ ...place, limit: LIMITS.page.max / 2 });
      const current = side === 'jump' ? this.#wish === place : this.#core.timeline.generation === timeline.generation;
      if (this.#core.closed || !current) return;
      if (side === 'jump') this.#wish = null;
      this.#core.dispatch({ type: side === 'jump' ? 'jump' : 'page', page });
      this.#markStart();
    } catch (error) {
      // Scrolling on asks again, as does the next join; the connection's own state says what is wrong.
      if (!(error instanceof CommandError)) throw error;
      // There is no such place.
      if (error.code === 'unprocessable' && this.#wish === place) this.#wish = null;
    } finally {
      this.#core.patch({ loading: null });
    }
  }
}
