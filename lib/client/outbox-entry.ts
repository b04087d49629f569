import type { SendFailure } from './pending';

/** A message that has been written and is not yet acknowledged. */
export interface OutboxEntry {
  clientMessageId: string;
  roomId: number;
  /** the room's name when it was written: it may have another by now */
  room: string;
  body: string;
  /** milliseconds since the epoch, by this browser's clock: for display alone, never for the order */
  createdAt: number;
  /** why the server refused it for good */
  failure?: SendFailure;
}

/** An entry that is kept: `order` is its place among all entries of this browser, whichever tab wrote them. */
export interface KeptEntry extends OutboxEntry {
  order: number;
}

const TEXTS = ['clientMessageId', 'room', 'body'];
const NUMBERS = ['order', 'roomId', 'createdAt'];

function isFailure(value: unknown): value is SendFailure {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['code', 'message'].every((key) => typeof Reflect.get(value, key) === 'string')
  );
}

/** Whether this is an entry as a store or another tab gives it: either may be of another version of the program. */
export function isKeptEntry(value: unknown): value is KeptEntry {
  if (typeof value !== 'object' || value === null) return false;
  const failure: unknown = Reflect.get(value, 'failure');
  return (
    TEXTS.every((key) => typeof Reflect.get(value, key) === 'string') &&
    NUMBERS.every((key) => typeof Reflect.get(value, key) === 'number') &&
    (failure === undefined || isFailure(failure))
  );
}
