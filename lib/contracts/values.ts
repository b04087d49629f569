import { z } from 'zod';
import { LIMITS } from './limits';
import { codePoints, isCleanText, isRoomName, isWithin, toRoomName } from './text';

export { codePoints, isCleanText, isRoomName, toRoomName } from './text';

/** Words a person reads beside a field. Forms translate them by their key: messages/en.json, `errors.field`. */
export const FIELD_MESSAGES = {
  required: 'This field is required.',
  unknown: 'This field is unknown here.',
  email: 'Enter an e-mail address such as anna@example.org.',
  emailLength: `An e-mail address has at most ${LIMITS.email} characters.`,
  nobody: 'There is no such user.',
  username: `Use ${LIMITS.username.min} to ${LIMITS.username.max} letters, digits, dots, hyphens or underscores.`,
  passwordShort: `Use at least ${LIMITS.password.minCharacters} characters.`,
  passwordLong: `Use at most ${LIMITS.password.maxBytes} bytes (about ${LIMITS.password.maxBytes} Latin or ${LIMITS.password.maxBytes / 2} Cyrillic letters).`,
  passwordWrong: 'This is not your password.',
  passwordNul: 'A password cannot contain the NUL character.',
  roomName: `A room name becomes 1 to ${LIMITS.roomName} letters, digits, hyphens or underscores.`,
  topic: `A topic has at most ${LIMITS.topic} characters.`,
  body: `A message has 1 to ${LIMITS.body} characters.`,
  text: 'Text cannot contain NUL or unpaired surrogates.',
  uuid: 'Must be a UUID.',
  integer: 'Must be a whole number that is not negative.',
  limit: `Must be a whole number from 1 to ${LIMITS.page.max}.`,
  searchLimit: `Must be a whole number from 1 to ${LIMITS.search.max}.`,
  oneCursor: 'Use at most one of before, after, around and since.',
  beyond: 'Must not be beyond the latest of the room.',
  query: 'A search has at most 250 characters.',
  cursor: 'Use the nextCursor of the page before.',
  visibility: 'Must be "public" or "private".',
  role: 'Must be "administrator" or "user".',
  boolean: 'Must be true or false.',
  expiresInHours: `Must be a whole number from 1 to ${LIMITS.invitation.hours.max}.`,
  maxUses: `Must be a whole number from 1 to ${LIMITS.invitation.uses}.`,
  invitation: 'This invitation is not valid any more.',
  resetToken: 'This link is not valid any more.',
  freshSession: 'Your account has no password: sign in again, then do this within ten minutes.',
  passwordFirst: 'Set a password first: without one, nobody could sign in to this account any more.',
  codeWanted: 'Enter the code of your authenticator app, or a recovery code.',
  codeWrong: 'This code is not right, or was used before.',
} as const;

export type FieldMessageKey = keyof typeof FIELD_MESSAGES;

const text = z
  .string({ error: FIELD_MESSAGES.required })
  .refine(isCleanText, { error: FIELD_MESSAGES.text, abort: true });

/** An e-mail address: trimmed, lower-cased. */
export const emailSchema = text
  .transform((value) => value.trim().toLowerCase())
  .refine((value) => value.length > 0, { error: FIELD_MESSAGES.required, abort: true })
  .refine((value) => value.length <= LIMITS.email, { error: FIELD_MESSAGES.emailLength, abort: true })
  .refine((value) => z.email().safeParse(value).success, { error: FIELD_MESSAGES.email });

/** Letters with at most two combining marks each, digits, `.`, `_`, `-`. */
const USERNAME = /^(?:\p{L}\p{M}{0,2}|\p{Nd}|[._-])+$/u;

/** A username: trimmed, NFKC, then checked. */
export const usernameSchema = text
  .transform((value) => value.trim().normalize('NFKC').trim())
  .refine((value) => value.length > 0, { error: FIELD_MESSAGES.required, abort: true })
  .refine(
    (value) =>
      USERNAME.test(value) && codePoints(value) >= LIMITS.username.min && codePoints(value) <= LIMITS.username.max,
    { error: FIELD_MESSAGES.username },
  );

const utf8 = new TextEncoder();

/** A new password. Bytes are counted because bcrypt looks at no more than 72 of them. */
export const passwordSchema = z
  .string({ error: FIELD_MESSAGES.required })
  .refine((value) => !value.includes('\0'), { error: FIELD_MESSAGES.passwordNul, abort: true })
  .refine((value) => value.isWellFormed(), { error: FIELD_MESSAGES.text, abort: true })
  .refine((value) => codePoints(value) >= LIMITS.password.minCharacters, { error: FIELD_MESSAGES.passwordShort })
  .refine((value) => utf8.encode(value).length <= LIMITS.password.maxBytes, { error: FIELD_MESSAGES.passwordLong });

/** The name of a room that is being made: normalised, then checked. */
export const roomNameSchema = text
  .transform(toRoomName)
  .refine((value) => value.length > 0, { error: FIELD_MESSAGES.required, abort: true })
  .refine(isRoomName, { error: FIELD_MESSAGES.roomName });

/** The address of a room in a command or a path: normalised; what cannot be a name is simply not found, so no check here. */
export const roomAddressSchema = z.string({ error: FIELD_MESSAGES.required }).transform(toRoomName);

/** A topic: trimmed, on one line. */
export const topicSchema = text
  .transform((value) => value.replace(/\s+/gu, ' ').trim())
  .refine((value) => isWithin(value, LIMITS.topic), { error: FIELD_MESSAGES.topic });

export const visibilitySchema = z.enum(['public', 'private'], { error: FIELD_MESSAGES.visibility });

/** A message's text: CRLF becomes LF, trailing white space goes; otherwise kept as it is. */
export const bodySchema = text
  .transform((value) => value.replace(/\r\n/g, '\n').trimEnd())
  .refine((value) => value.length > 0 && isWithin(value, LIMITS.body), { error: FIELD_MESSAGES.body });

/** A UUID of any version in its usual form, compared without regard to case. */
export const uuidSchema = z
  .string({ error: FIELD_MESSAGES.uuid })
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, { error: FIELD_MESSAGES.uuid })
  .transform((value) => value.toLowerCase());

/** A `seq` or `revision`: a whole number from 0 to 2³¹ − 1 (PostgreSQL's `integer`). */
export const countSchema = z
  .int({ error: FIELD_MESSAGES.integer })
  .min(0, { error: FIELD_MESSAGES.integer })
  .max(2_147_483_647, { error: FIELD_MESSAGES.integer });

export const pageLimitSchema = z
  .int({ error: FIELD_MESSAGES.limit })
  .min(1, { error: FIELD_MESSAGES.limit })
  .max(LIMITS.page.max, { error: FIELD_MESSAGES.limit });

export const searchLimitSchema = z
  .int({ error: FIELD_MESSAGES.searchLimit })
  .min(1, { error: FIELD_MESSAGES.searchLimit })
  .max(LIMITS.search.max, { error: FIELD_MESSAGES.searchLimit });

/** What a person searches for, as it was typed. */
export const querySchema = text.refine((value) => value.length <= 250, { error: FIELD_MESSAGES.query });
