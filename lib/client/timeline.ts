import type { Message, MessagePage } from '@/lib/contracts/entities';

/** Why a message could not be sent, in the words that the server gave. */
export interface SendFailure {
  code: string;
  message: string;
}

/** A message of one's own that the room does not show yet. */
export interface PendingMessage {
  clientMessageId: string;
  body: string;
  /** milliseconds since the epoch, by this browser's clock: for display alone */
  createdAt: number;
  state: 'pending' | 'sent' | 'failed';
  failure?: SendFailure;
}

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
  | { type: 'queued'; entry: Omit<PendingMessage, 'state'> }
  | { type: 'failed'; clientMessageId: string; failure: SendFailure }
  | { type: 'sent'; message: Message }
  | { type: 'discarded'; clientMessageId: string }
  | { type: 'read'; seq: number };

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
  return settlePending(reach({ ...state, messages, loose }, lastSeq));
}

/** A pending message goes when the room shows it: not before, or it would flicker; not later, or it would stand twice. */
function settlePending(state: TimelineState): TimelineState {
  if (state.pending.length === 0) return state;
  const waiting = new Set(state.pending.map((entry) => entry.clientMessageId));
  const shown = new Set<string>();
  for (let index = state.messages.length - 1; index >= 0 && shown.size < waiting.size; index--) {
    const id = state.messages[index]?.clientMessageId;
    if (id && waiting.has(id)) shown.add(id);
  }
  if (shown.size === 0) return state;
  return { ...state, pending: state.pending.filter((entry) => !shown.has(entry.clientMessageId)) };
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

function changePending(
  state: TimelineState,
  id: string,
  change: (entry: PendingMessage) => PendingMessage,
): TimelineState {
  return {
    ...state,
    pending: state.pending.map((entry) => (entry.clientMessageId === id ? change(entry) : entry)),
  };
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
      return settlePending({
        ...openTimeline(action.page, Math.min(state.lastReadSeq, action.page.room.lastSeq)),
        pending: state.pending,
        generation: state.generation + 1,
      });
    case 'queued': {
      const { clientMessageId } = action.entry;
      const others = state.pending.filter((entry) => entry.clientMessageId !== clientMessageId);
      const known = state.pending.length > others.length;
      return settlePending(
        known
          ? changePending(state, clientMessageId, () => ({ ...action.entry, state: 'pending' }))
          : { ...state, pending: [...others, { ...action.entry, state: 'pending' }] },
      );
    }
    case 'failed':
      return changePending(state, action.clientMessageId, (entry) =>
        entry.state === 'sent' ? entry : { ...entry, state: 'failed', failure: action.failure },
      );
    case 'sent': {
      const id = action.message.clientMessageId;
      const marked = id ? changePending(state, id, ({ failure: _, ...entry }) => ({ ...entry, state: 'sent' })) : state;
      return timelineReducer(withVersions(marked, [action.message]), { type: 'read', seq: action.message.seq });
    }
    case 'discarded':
      return { ...state, pending: state.pending.filter((entry) => entry.clientMessageId !== action.clientMessageId) };
    case 'read':
      return action.seq > state.lastReadSeq ? { ...state, lastReadSeq: action.seq } : state;
  }
}
