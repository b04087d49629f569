/** What a message of the harness is: who sent it, which of theirs it is, and which edit of it. */
export interface Tag {
  writer: number;
  /** counts from 0 for each writer */
  number: number;
  /** 0 as it was sent, then 1, 2, 3 … */
  edit: number;
}

/** A message's body and id tell its tag, so nobody has to remember them: 2^11 writers of 2^20 messages each fit into one integer. */
const NUMBERS = 2 ** 20;
/** The key of a message whose body is gone and which had no id. */
export const UNKNOWN = -1;

/** A tag without its edit, as one integer. */
export function keyOf({ writer, number }: Pick<Tag, 'writer' | 'number'>): number {
  return writer * NUMBERS + number;
}

/** The writer and number behind a key. */
export function ofKey(key: number): { writer: number; number: number } {
  return { writer: Math.floor(key / NUMBERS), number: key % NUMBERS };
}

/** Scripts, line breaks, markup and emoji: whatever a body may be on its way through JSON, SQL and sockets. */
const FILLERS = [
  '',
  'ok',
  'и снова здравствуйте',
  'line\nline',
  '<b>&amp;</b> \\u0041 "',
  '👩‍👩‍👧 𝒳 \u202e rtl',
  'x'.repeat(700),
];

/** The one body that a tag has. */
export function bodyOf({ writer, number, edit }: Tag): string {
  // Mostly short, as people write; a long one now and then.
  const filler = FILLERS[(writer * 7 + number * 13 + edit * 5) % (number % 16 === 0 ? FILLERS.length : 4)] ?? '';
  return `w${writer}.${number}.${edit} ${filler}.`;
}

const TAG = /^w(\d{1,4})\.(\d{1,7})\.(\d{1,4}) /;

/** @returns the tag of a body, or null when no tag has exactly this body */
export function tagOf(body: string): Tag | null {
  const found = TAG.exec(body);
  if (!found) return null;
  const tag = { writer: Number(found[1]), number: Number(found[2]), edit: Number(found[3]) };
  return bodyOf(tag) === body ? tag : null;
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** The one `clientMessageId` that a message has. */
export function idOf({ writer, number }: Pick<Tag, 'writer' | 'number'>): string {
  return `${hex(writer, 8)}-0000-4000-8000-${hex(number, 12)}`;
}

const ID = /^([0-9a-f]{8})-0000-4000-8000-([0-9a-f]{12})$/;

/** @returns the key of an id in lower case, or null when it is none of ours */
export function keyOfId(id: string): number | null {
  const found = ID.exec(id);
  return found
    ? keyOf({ writer: Number.parseInt(found[1] ?? '', 16), number: Number.parseInt(found[2] ?? '', 16) })
    : null;
}
