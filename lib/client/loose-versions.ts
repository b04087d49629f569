import type { Message } from '@/lib/contracts/entities';

/** So many versions outside the window are kept without looking whether they are needed. */
const MOST_LOOSE = 1_000;
/** Nearer than this to the window, or to the latest message, a version is soon needed: two pages of history. */
const LOOSE_BESIDE = 200;

/**
 * What is worth keeping of the versions outside a window of the past, by number: while one reads there, all that is said far from it
 * would gather. Pages bring it again. A change to an older message is kept, because a page that was asked for before it may still be
 * under way.
 *
 * @param messages the window
 * @param lastSeq the room's latest message
 */
export function withoutFar(
  loose: ReadonlyMap<number, Message>,
  messages: readonly Message[],
  lastSeq: number,
): ReadonlyMap<number, Message> {
  if (loose.size <= MOST_LOOSE) return loose;
  const from = (messages[0]?.seq ?? 0) - LOOSE_BESIDE;
  const to = (messages.at(-1)?.seq ?? 0) + LOOSE_BESIDE;
  const worthIt = ([seq, { editedAt, deletedAt }]: [number, Message]) =>
    (seq > from && seq < to) || seq > lastSeq - LOOSE_BESIDE || (editedAt ?? deletedAt) !== null;
  return new Map([...loose].filter(worthIt));
}
