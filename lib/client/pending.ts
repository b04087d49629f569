import type { Message } from '@/lib/contracts/entities';

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
  /** its place in the room, once that is known */
  seq?: number;
}

export type PendingAction =
  | { type: 'queued'; entry: Omit<PendingMessage, 'state' | 'failure' | 'seq'> }
  /** all that waits for the room, in order: what is shown and not among them is gone, unless it is merely not visible yet */
  | { type: 'waiting'; entries: readonly Omit<PendingMessage, 'state' | 'seq'>[] }
  | { type: 'failed'; clientMessageId: string; failure: SendFailure }
  | { type: 'sent'; message: Message }
  | { type: 'discarded'; clientMessageId: string };

function change(
  pending: readonly PendingMessage[],
  id: string | null,
  make: (entry: PendingMessage) => PendingMessage,
): readonly PendingMessage[] {
  const index = pending.findIndex((entry) => entry.clientMessageId === id);
  const known = pending[index];
  return known ? pending.with(index, make(known)) : pending;
}

/** One step of what a room shows beyond its messages. Pure. */
export function pendingReducer(pending: readonly PendingMessage[], action: PendingAction): readonly PendingMessage[] {
  switch (action.type) {
    case 'queued': {
      const { clientMessageId } = action.entry;
      const entry: PendingMessage = { ...action.entry, state: 'pending' };
      return pending.some((one) => one.clientMessageId === clientMessageId)
        ? change(pending, clientMessageId, () => entry)
        : [...pending, entry];
    }
    case 'waiting': {
      const waiting = new Set(action.entries.map(({ clientMessageId }) => clientMessageId));
      const sent = pending.filter((one) => one.state === 'sent' && !waiting.has(one.clientMessageId));
      return [
        ...sent,
        ...action.entries.map((entry): PendingMessage => ({ ...entry, state: entry.failure ? 'failed' : 'pending' })),
      ];
    }
    case 'failed':
      return change(pending, action.clientMessageId, (entry) =>
        entry.state === 'sent' ? entry : { ...entry, state: 'failed', failure: action.failure },
      );
    case 'sent': {
      const { clientMessageId, seq } = action.message;
      return change(pending, clientMessageId, ({ failure: _, ...entry }) => ({ ...entry, state: 'sent', seq }));
    }
    case 'discarded':
      return pending.filter((entry) => entry.clientMessageId !== action.clientMessageId);
  }
}

/**
 * What is still to be shown beside a window of messages. An entry goes when the room shows it: not before, or it would flicker; not
 * later, or it would stand twice.
 *
 * @param reached the last message of a window that reaches the present; what stands before it, and is not in it, is history
 */
export function unsettled(
  pending: readonly PendingMessage[],
  messages: readonly Message[],
  reached: number,
): readonly PendingMessage[] {
  if (pending.length === 0) return pending;
  const waiting = new Set(pending.map((entry) => entry.clientMessageId));
  const shown = new Set<string>();
  for (let index = messages.length - 1; index >= 0 && shown.size < waiting.size; index--) {
    const id = messages[index]?.clientMessageId;
    if (id && waiting.has(id)) shown.add(id);
  }
  const left = pending.filter(
    (entry) => !shown.has(entry.clientMessageId) && !(entry.seq !== undefined && entry.seq <= reached),
  );
  return left.length === pending.length ? pending : left;
}
