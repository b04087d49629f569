import type { Message, User } from '@/lib/contracts/entities';
import type { PendingMessage } from '@/lib/client/pending';
import type { TimelineState } from '@/lib/client/timeline';
import { dayKey, type Clock } from './when';

/** One row of the timeline: a message, or one of one's own that the room does not have yet. */
export type Row = { kind: 'message'; message: Message } | { kind: 'pending'; entry: PendingMessage; author: User };

/** After this long a message by the same author stands under its own heading. */
const GROUP_MS = 5 * 60_000;

/** The rows of a timeline. What waits to be sent stands at the end of the present, never in the middle of the past. */
export function rowsOf(timeline: TimelineState, me: User): Row[] {
  const rows: Row[] = timeline.messages.map((message) => ({ kind: 'message', message }));
  if (timeline.live) for (const entry of timeline.pending) rows.push({ kind: 'pending', entry, author: me });
  return rows;
}

/** A row's identity; one's own message keeps it from the key press on, so that it does not blink when it is stored. */
export function rowKey(row: Row, meId: number): string {
  if (row.kind === 'pending') return row.entry.clientMessageId;
  const { author, clientMessageId, seq } = row.message;
  return author?.id === meId && clientMessageId ? clientMessageId : String(seq);
}

/** When a row was written, in milliseconds. */
export function momentOf(row: Row): number {
  return row.kind === 'message' ? Date.parse(row.message.createdAt) : row.entry.createdAt;
}

function authorOf(row: Row): User | null {
  return row.kind === 'message' ? row.message.author : row.author;
}

/** What stands above a row: the heading with its author, and the day where a new one begins. */
export interface Heading {
  author: boolean;
  day: boolean;
}

/** Whether a row continues what the row before it began. */
export function headingOf(row: Row, previous: Row | undefined, clock: Clock): Heading {
  if (!previous) return { author: true, day: true };
  const moment = momentOf(row);
  const before = momentOf(previous);
  const day = dayKey(clock, before) !== dayKey(clock, moment);
  const author = authorOf(row);
  const same = author !== null && author.id === authorOf(previous)?.id;
  return { day, author: day || !same || moment - before > GROUP_MS };
}
