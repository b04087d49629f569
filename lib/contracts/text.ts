import { LIMITS } from './limits';

/* The rules of text without their schemas: for the browser, where every page would pay for the schemas' library. */

/** Whether a string can be stored and sent as UTF-8 as it is: no NUL, no half of a surrogate pair. */
export function isCleanText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The number of Unicode code points in `text` (a character outside the basic plane counts once). */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether a text has at most so many code points; one has at most two UTF-16 units, so what is far too long is not counted. */
export function isWithin(text: string, most: number): boolean {
  return text.length <= most || (text.length <= 2 * most && codePoints(text) <= most);
}

const ROOM_NAME = /^(?:\p{L}\p{M}*|\p{Nd}|[-_])+$/u;

/**
 * What a person types, as the address of a room: trimmed, runs of white space to one hyphen, NFKC, lower-cased, NFKC again.
 *
 * @returns the name, which is not yet checked: see {@link isRoomName}
 */
export function toRoomName(typed: string): string {
  return typed.trim().replace(/\s+/gu, '-').normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Whether a normalised string can be the name of a room. */
export function isRoomName(name: string): boolean {
  return isWithin(name, LIMITS.roomName) && ROOM_NAME.test(name);
}
