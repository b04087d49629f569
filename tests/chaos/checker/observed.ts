import { keyOf, keyOfId, tagOf, UNKNOWN } from './tags';
import { DELETED } from './timeline';

/** A message as somebody was told it, reduced to what is compared. */
export interface Observed {
  roomId: number;
  seq: number;
  revision: number;
  /** user's id; null when that account is gone */
  author: number | null;
  /** see `tags.ts`; `UNKNOWN` for a deleted message that had no id */
  key: number;
  /** which edit, or `DELETED` */
  edit: number;
}

/** A page of messages with the room's state of the same moment. */
export interface ObservedPage {
  revision: number;
  lastSeq: number;
  hasMore: boolean;
  messages: Observed[];
}

/** Something came that the contract does not know, or a body that nobody wrote. */
export class Unreadable extends Error {}

/** @returns the value as an object whose fields can be looked at */
export function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Unreadable(`not an object: ${JSON.stringify(value)}`);
  return value as Record<string, unknown>;
}

/** @returns the value as a whole number */
export function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new Unreadable(`no whole number: ${JSON.stringify(value)}`);
  return value;
}

/** Which message a body and an id speak of. @throws Unreadable when they are no message of the harness, or of two */
export function identify(body: string, id: string | null, deleted: boolean): { key: number; edit: number } {
  const idKey = id === null ? null : keyOfId(id);
  if (id !== null && idKey === null) throw new Unreadable(`an id that nobody made: ${id}`);
  if (deleted) {
    if (body !== '') throw new Unreadable(`a deleted message still has its body: ${JSON.stringify(body)}`);
    return { key: idKey ?? UNKNOWN, edit: DELETED };
  }
  const tag = tagOf(body);
  if (!tag) throw new Unreadable(`a body that nobody wrote: ${JSON.stringify(body.slice(0, 200))}`);
  const key = keyOf(tag);
  if (idKey !== null && idKey !== key) throw new Unreadable(`the id of another message: ${id} on ${body.slice(0, 40)}`);
  return { key, edit: tag.edit };
}

/** A message of the contract. @throws Unreadable */
export function observe(value: unknown): Observed {
  const { roomId, seq, revision, author, body, clientMessageId, deletedAt } = record(value);
  if (typeof body !== 'string') throw new Unreadable('a message without a body');
  if (clientMessageId !== null && typeof clientMessageId !== 'string') throw new Unreadable('an id of another type');
  return {
    roomId: whole(roomId),
    seq: whole(seq),
    revision: whole(revision),
    author: author === null ? null : whole(record(author).id),
    ...identify(body, clientMessageId, deletedAt !== null),
  };
}

/** Several of them. @throws Unreadable */
export function observeAll(value: unknown): Observed[] {
  if (!Array.isArray(value)) throw new Unreadable('no list of messages');
  return value.map(observe);
}

/** A page of the contract: `{ room, messages, hasMore }`. @throws Unreadable */
export function observePage(value: unknown): ObservedPage {
  const { room, messages, hasMore } = record(value);
  const { revision, lastSeq } = record(room);
  if (typeof hasMore !== 'boolean') throw new Unreadable('a page without hasMore');
  return { revision: whole(revision), lastSeq: whole(lastSeq), hasMore, messages: observeAll(messages) };
}
