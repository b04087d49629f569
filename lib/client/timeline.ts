import type { Message, MessagePage } from '@/lib/contracts/entities';
import { withoutFar } from './loose-versions';
import { pendingReducer, unsettled, type PendingAction, type PendingMessage } from './pending';

/**
 * What one browser knows of one room. `messages` is a window without a gap: the message with number `seq` stands at index
 * `seq − messages[0].seq`, which is possible because the server numbers messages without a gap and keeps the place of a deleted one.
 */
export interface TimelineState {
  messages: readonly Message[];
  /** versions of messages outside the window: a fact may overtake the page that brings its surroundings */
  loose: ReadonlyMap<number, Message>;
  /** every change up to this one is accounted for */
  revision: number;
  /** changes beyond it that have arrived early, ascending */
  ahead: readonly number[];
  lastSeq: number;
  lastReadSeq: number;
  pending: readonly PendingMessage[];
  /**
   * Whether the window reaches the present. It stays so while a change is missing: the catch-up brings what lies between, so
   * nothing has to be hidden for the moment that it takes.
   */
  live: boolean;
  /** counts the replacements of the window by another: a view starts afresh with each */
  generation: number;
}

export type TimelineAction =
  /** versions from a fact or an acknowledgement, in whatever order and however often */
  | { type: 'versions'; messages: readonly Message[] }
  /** the answer to `since`: all changes after that revision, or the first of them */
  | { type: 'caught-up'; since: number; page: MessagePage }
  /** a neighbouring page of history; ignored when the window has moved away meanwhile */
  | { type: 'page'; page: MessagePage }
  /** a page somewhere else in the history replaces the window */
  | { type: 'jump'; page: MessagePage }
  /** the server's history is another than ours (its database was restored): only what waits to be sent is kept */
  | { type: 'restart'; page: MessagePage }
  /** after a long absence: the latest page replaces the window, and all that it was missing is history */
  | { type: 'renew'; page: MessagePage }
  /** after a long absence: every message of the window was read again, none before the room had this revision */
  | { type: 'refreshed'; revision: number }
  /** only these messages stay loaded; an end that is left out stays as it is */
  | { type: 'trim'; from?: number; to?: number }
  | { type: 'read'; seq: number }
  | PendingAction;

/**
 * The state that a page of history opens with.
 *
 * @param page a contiguous page; what it does not hold is loaded later
 * @param lastReadSeq the reader's position in the room
 */
export function openTimeline(page: MessagePage, lastReadSeq: number): TimelineState {
  return {
    messages: page.messages,
    loose: new Map(),
    revision: page.room.revision,
    ahead: [],
    lastSeq: page.room.lastSeq,
    lastReadSeq,
    pending: [],
    live: endsAt(page.messages) >= page.room.lastSeq,
    generation: 0,
  };
}

/** The number of the first message in the window; `lastSeq + 1` when the room is empty. */
export function firstSeq(state: TimelineState): number {
  return state.messages[0]?.seq ?? state.lastSeq + 1;
}

/** Whether there are older messages than the window's. */
export function hasBefore(state: TimelineState): boolean {
  return firstSeq(state) > 1;
}

/** Whether there are newer messages than the window's, which pages bring. */
export function hasAfter(state: TimelineState): boolean {
  return !state.live;
}

function endsAt(messages: readonly Message[]): number {
  return messages.at(-1)?.seq ?? 0;
}

/** Notes how far the room reaches by what the server said, and whether the window reaches as far. */
function reach(state: TimelineState, lastSeq: number): TimelineState {
  const furthest = Math.max(state.lastSeq, lastSeq);
  return { ...state, lastSeq: furthest, live: state.live || endsAt(state.messages) >= furthest };
}

/** The revision to ask `since`, when a change has been missed; else null. */
export function missingSince(state: TimelineState): number | null {
  return state.ahead.length > 0 ? state.revision : null;
}

/** The message with this number, if it is in the window. */
export function messageAt(state: TimelineState, seq: number): Message | undefined {
  return state.messages[seq - firstSeq(state)];
}

/** Keeps of every message the greater revision, and lets the window grow over what has become its neighbour. */
function merge(state: TimelineState, versions: readonly Message[]): TimelineState {
  let messages = state.messages;
  let copied = false;
  const writable = (): Message[] => {
    if (!copied) {
      messages = messages.slice();
      copied = true;
    }
    return messages as Message[];
  };
  const loose = new Map(state.loose);
  let lastSeq = state.lastSeq;
  const from = messages[0]?.seq ?? 0;

  for (const version of versions) {
    lastSeq = Math.max(lastSeq, version.seq);
    const known = messages[version.seq - from] ?? loose.get(version.seq);
    if (known && known.revision >= version.revision) continue;
    if (messages.length > 0 && version.seq >= from && version.seq < from + messages.length) {
      writable()[version.seq - from] = version;
    } else {
      loose.set(version.seq, version);
    }
  }
  if (messages.length === 0) {
    const first = loose.get(1);
    if (first) {
      writable().push(first);
      loose.delete(1);
    }
  }
  const start = messages[0];
  if (start) {
    for (let seq = start.seq + messages.length, next = loose.get(seq); next; next = loose.get(++seq)) {
      writable().push(next);
      loose.delete(seq);
    }
    const older: Message[] = [];
    for (let seq = start.seq - 1, next = loose.get(seq); next; next = loose.get(--seq)) {
      older.push(next);
      loose.delete(seq);
    }
    if (older.length > 0) messages = [...older.reverse(), ...messages];
  }
  return settlePending(
    reach({ ...state, messages, loose: state.live ? loose : withoutFar(loose, messages, lastSeq) }, lastSeq),
  );
}

function settlePending(state: TimelineState): TimelineState {
  const pending = unsettled(state.pending, state.messages, state.live ? endsAt(state.messages) : 0);
  return pending === state.pending ? state : { ...state, pending };
}

/** Notes that these changes are known, and moves `revision` over all that follow it without a gap. */
function advance(state: TimelineState, revision: number, seen: readonly number[]): TimelineState {
  const ahead = [...new Set([...state.ahead, ...seen])].filter((one) => one > revision).sort((a, b) => a - b);
  let reached = revision;
  let taken = 0;
  while (ahead[taken] === reached + 1) {
    reached++;
    taken++;
  }
  return { ...state, revision: reached, ahead: ahead.slice(taken) };
}

function withVersions(state: TimelineState, messages: readonly Message[]): TimelineState {
  return advance(
    merge(state, messages),
    state.revision,
    messages.map((message) => message.revision),
  );
}

/** Whether a page overlaps the window or stands right beside it. */
function touches(state: TimelineState, page: MessagePage): boolean {
  const first = page.messages[0];
  const last = page.messages.at(-1);
  if (!first || !last || state.messages.length === 0) return true;
  return first.seq <= firstSeq(state) + state.messages.length && last.seq >= firstSeq(state) - 1;
}

function replaceWindow(state: TimelineState, page: MessagePage): TimelineState {
  const kept = [...state.messages.filter((message) => message.editedAt ?? message.deletedAt), ...state.loose.values()];
  const moved: TimelineState = {
    ...state,
    messages: page.messages,
    loose: new Map(),
    live: false,
    generation: state.generation + 1,
  };
  return reach(merge(moved, kept), page.room.lastSeq);
}

/** Another window, opened by a page; only what waits to be sent is kept. */
function reopen(state: TimelineState, page: MessagePage): TimelineState {
  return settlePending({
    ...openTimeline(page, Math.min(state.lastReadSeq, page.room.lastSeq)),
    pending: state.pending,
    generation: state.generation + 1,
  });
}

/** What is known of the room's messages that is newer than a snapshot of it. */
function newerThan(state: TimelineState, revision: number): Message[] {
  return [...state.messages, ...state.loose.values()].filter((message) => message.revision > revision);
}

function trim(state: TimelineState, from: number, to: number): TimelineState {
  const start = firstSeq(state);
  const messages = state.messages.slice(Math.max(from - start, 0), Math.max(to - start + 1, 0));
  if (messages.length === 0 || messages.length === state.messages.length) return state;
  return { ...state, messages, live: state.live && endsAt(messages) === endsAt(state.messages) };
}

/**
 * One step of a room's timeline. Pure; the order in which facts, answers and acknowledgements arrive, and how often, makes no
 * difference to what they amount to.
 */
export function timelineReducer(state: TimelineState, action: TimelineAction): TimelineState {
  switch (action.type) {
    case 'versions':
      return withVersions(state, action.messages);
    case 'caught-up': {
      const { page, since } = action;
      const merged = merge(state, page.messages);
      const last = page.messages.at(-1);
      const reached = page.hasMore && last ? last.revision : page.room.revision;
      const known = since <= state.revision ? Math.max(state.revision, reached) : state.revision;
      const seen = page.messages.map((message) => message.revision);
      return reach(advance(merged, known, seen), page.room.lastSeq);
    }
    case 'page':
      return touches(state, action.page) ? reach(merge(state, action.page.messages), action.page.room.lastSeq) : state;
    case 'jump':
      return replaceWindow(state, action.page);
    case 'restart':
      return reopen(state, action.page);
    case 'renew':
      return withVersions(reopen(state, action.page), newerThan(state, action.page.room.revision));
    case 'refreshed': {
      const { revision } = action;
      // Versions outside of the window that are older than this may have been replaced while nobody listened.
      const loose = new Map([...state.loose].filter(([, message]) => message.revision > revision));
      const caughtUp = advance({ ...state, loose }, Math.max(state.revision, revision), []);
      return settlePending({ ...caughtUp, live: endsAt(state.messages) >= state.lastSeq });
    }
    case 'trim':
      return trim(state, action.from ?? 0, action.to ?? Number.POSITIVE_INFINITY);
    case 'sent': {
      const known = { ...state, pending: pendingReducer(state.pending, action) };
      return timelineReducer(withVersions(known, [action.message]), { type: 'read', seq: action.message.seq });
    }
    case 'queued':
    case 'waiting':
    case 'failed':
    case 'discarded':
      return settlePending({ ...state, pending: pendingReducer(state.pending, action) });
    case 'read':
      return action.seq > state.lastReadSeq ? { ...state, lastReadSeq: action.seq } : state;
  }
}
