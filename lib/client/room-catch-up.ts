import type { MessagePage, Room } from '@/lib/contracts/entities';
import { LIMITS } from '@/lib/contracts/limits';
import { CommandError } from './errors';
import type { RoomCore } from './room-core';
import type { RoomHistory } from './room-history';
import type { RoomNames } from './room-names';
import { firstSeq, missingSince, type TimelineState } from './timeline';

/** How long a missing change may still be under way before it is asked for. */
const GAP_MS = 300;
const REJOIN_MS = 2_000;

/**
 * More changes behind than this, nobody reads what was missed one by one: five answers of {@link LIMITS}.page.max, which on a slow
 * line are seconds, against the one that shows the latest page. A night in a busy room is about as much.
 */
export const LONG_ABSENCE = 1_000;

/** So many messages on either side of what is looked at are read again after a long absence; the rest is loaded when looked at. */
const REFRESH_BESIDE = 200;

const SETTLE_MS = 300;

/** What the view of the room says of its reader. */
export interface Reader {
  /** the first message in view, or null at the end of the present */
  place: number | null;
  /** in the middle of something that a new window would take away */
  busy: boolean;
}

/** What rooms are called now, as far as a join needs to know and to tell. */
export type PresentNames = Pick<RoomNames, 'locate' | 'note' | 'forget'>;

interface Hooks {
  reader(): Reader;
  /** the room was joined, and nothing is missing */
  onJoined(): void;
  /** the server has another history: its database was restored */
  onOtherHistory(): void;
}

/** Joins a room with every connection, and closes the distance between what is known and what is. */
export class RoomCatchUp {
  readonly #core: RoomCore;
  readonly #history: RoomHistory;
  readonly #names: PresentNames;
  readonly #hooks: Hooks;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #rejoinTimer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the attempts: an answer to an earlier one says nothing any more. */
  #turn = 0;
  /** The page was rendered a moment ago; with later connections the room may have got another name, and its own a stranger. */
  #fresh = true;
  /** the name by which a join is under way */
  #joining: string | null = null;

  constructor(core: RoomCore, history: RoomHistory, names: PresentNames, hooks: Hooks) {
    this.#core = core;
    this.#history = history;
    this.#names = names;
    this.#hooks = hooks;
    core.onTimeline = (timeline) => this.#watch(timeline);
  }

  async join(): Promise<void> {
    const current = this.#begin();
    const { timeline, roomId } = this.#core;
    const since = timeline.revision;
    try {
      const name = this.#fresh ? this.#core.name : await this.#names.locate(roomId, this.#core.name);
      if (!current()) return;
      this.#joining = name;
      const { page, otherHistory } = await this.#enter(name, since);
      if (!current()) return;
      if (page.room.id !== roomId) {
        this.#leaveStranger(page.room);
        await this.join();
        return;
      }
      if (otherHistory) this.#hooks.onOtherHistory();
      this.#joined(page.room);
      if (otherHistory) this.#core.dispatch({ type: 'restart', page });
      else await this.#closeDistance(since, page, current);
      if (!current()) return;
      this.#caughtUp();
      this.#hooks.onJoined();
    } catch (error) {
      if (current()) this.#failed(error);
    }
  }

  /** Ends it: this connection no longer hears the room, though the join's answer may still be under way. */
  close(): void {
    this.#turn++;
    this.#stopWatching();
    clearTimeout(this.#rejoinTimer);
    this.#core.quietly('room:leave', { room: this.#joining ?? this.#core.name });
  }

  /** Joins with what is known; if the server knows nothing of that revision, it has another history. */
  async #enter(room: string, since: number): Promise<{ page: MessagePage; otherHistory: boolean }> {
    const { socket } = this.#core;
    try {
      return { page: await socket.command('room:join', { room, since }), otherHistory: false };
    } catch (error) {
      if (!(error instanceof CommandError) || error.code !== 'unprocessable' || this.#core.closed) throw error;
      return { page: await socket.command('room:join', { room }), otherHistory: true };
    }
  }

  /** The name had become another room's. */
  #leaveStranger({ name }: Room): void {
    this.#core.quietly('room:leave', { room: name });
    this.#names.forget(this.#core.roomId);
    this.#fresh = false;
  }

  #joined(room: Room): void {
    this.#fresh = false;
    this.#joining = null;
    this.#names.note(room);
    this.#core.patch({ room, joined: true, gone: null });
  }

  /** Begins an attempt. @returns whether it is still the latest */
  #begin(): () => boolean {
    const turn = ++this.#turn;
    this.#core.patch({ catchingUp: true });
    clearTimeout(this.#rejoinTimer);
    return () => turn === this.#turn && !this.#core.closed;
  }

  async #closeDistance(since: number, page: MessagePage, current: () => boolean): Promise<void> {
    const { place, busy } = this.#hooks.reader();
    const far = page.hasMore && page.room.revision - since > LONG_ABSENCE && !busy;
    if (!far) {
      this.#core.dispatch({ type: 'caught-up', since, page });
      await this.#pageOn(page.hasMore, current);
    } else if (place === null) await this.#renew(current);
    else await this.#refresh(place, page.room.revision, current);
  }

  /** Opens the latest page: who read at the end goes on reading there. */
  async #renew(current: () => boolean): Promise<void> {
    const page = await this.#core.list({ limit: LIMITS.page.max / 2 });
    if (!current()) return;
    this.#core.patch({ readBeforeAbsence: this.#core.timeline.lastReadSeq });
    this.#core.dispatch({ type: 'renew', page });
  }

  /**
   * Reads the window again around what is looked at, and leaves the rest for when it is scrolled to. Rows stay the rows they were, so
   * nothing moves. What changes meanwhile comes as facts, which began with the room's revision at the join.
   */
  async #refresh(place: number, revision: number, current: () => boolean): Promise<void> {
    // The list takes its time to find its place again; until then it must not be told of other heights.
    if (this.#history.trimBefore(place - REFRESH_BESIDE))
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    if (!current()) return;
    let trimmed = false;
    for (let after = firstSeq(this.#core.timeline) - 1, done = false; !done;) {
      const page = await this.#core.list({ after, limit: LIMITS.page.max });
      if (!current()) return;
      // Not together with the other end: a list that changes at both ends at once cannot keep its place.
      if (!trimmed) this.#core.dispatch({ type: 'trim', to: place + REFRESH_BESIDE });
      trimmed = true;
      this.#core.dispatch({ type: 'page', page });
      after = page.messages.at(-1)?.seq ?? after;
      done = !page.hasMore || after >= (this.#core.timeline.messages.at(-1)?.seq ?? 0);
    }
    this.#core.dispatch({ type: 'refreshed', revision });
  }

  /** Fetches the rest of a catch-up that did not fit into one answer. */
  async #pageOn(hasMore: boolean, current: () => boolean): Promise<void> {
    for (let more = hasMore; more && current();) {
      const since = this.#core.timeline.revision;
      const page = await this.#core.list({ since, limit: LIMITS.page.max });
      if (!current()) return;
      this.#core.dispatch({ type: 'caught-up', since, page });
      more = page.hasMore;
    }
  }

  #watch(timeline: TimelineState): void {
    if (missingSince(timeline) === null) this.#stopWatching();
    // One that runs is left alone: in a busy room something changes all the time.
    else if (!this.#core.state.get().catchingUp) this.#gapTimer ??= setTimeout(() => void this.#fillGap(), GAP_MS);
  }

  #stopWatching(): void {
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
  }

  #caughtUp(): void {
    this.#core.patch({ catchingUp: false });
    this.#watch(this.#core.timeline);
  }

  async #fillGap(): Promise<void> {
    this.#gapTimer = undefined;
    const { state, socket, closed, timeline } = this.#core;
    if (missingSince(timeline) === null || closed || !socket.connected || state.get().catchingUp) return;
    const current = this.#begin();
    try {
      await this.#pageOn(true, current);
      if (current()) this.#caughtUp();
    } catch (error) {
      if (current()) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#core.patch({ catchingUp: false });
    if (!(error instanceof CommandError)) throw error;
    if (error.code === 'not_found') this.#core.patch({ gone: 'deleted' });
    else if (error.code === 'forbidden') this.#core.patch({ gone: 'removed' });
    else if (this.#core.socket.connected) {
      this.#rejoinTimer = setTimeout(() => void this.join(), error.retryAfterMs ?? REJOIN_MS);
    }
  }
}
