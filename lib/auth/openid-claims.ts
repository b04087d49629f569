import { z } from 'zod';
import { LIMITS } from '../contracts/limits';
import { emailSchema, isCleanText, usernameSchema } from '../contracts/values';
import { read } from '../queries';
import { usernameSkeleton } from './names';

const textSchema = z.string().refine(isCleanText).optional().catch(undefined);

/**
 * What a provider says of somebody (OpenID Connect Core 1.0, 2 and 5.1): a subject has at most 255 characters. Some providers send
 * `email_verified` as a text; whatever else it is counts as not verified.
 */
export const claimsSchema = z.object({
  sub: z.string().min(1).max(255).refine(isCleanText),
  email: emailSchema.optional().catch(undefined),
  email_verified: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')])
    .optional()
    .catch(false),
  preferred_username: textSchema,
  name: textSchema,
});
export type Claims = z.output<typeof claimsSchema>;

/** Names that are tried before numbers are drawn: `anna`, `anna-2` … `anna-9`. */
const COUNTED = 9;
/** Names with a drawn number that are tried after them. */
const DRAWN = 5;
/** Characters that a suffix may take: a hyphen and six digits. */
const SUFFIX = 7;

/** What a username may consist of: letters with at most two combining marks, digits, `.`, `_`, `-`. */
const PIECE = /\p{L}\p{M}{0,2}|\p{Nd}|[._-]/gu;

/** A text as a username, as far as it can be one: `Anna K. Smith` → `Anna.K.Smith`. */
function toUsername(text: string): string {
  const words = text
    .normalize('NFKC')
    .split(/[^\p{L}\p{M}\p{Nd}._-]+/u)
    .map((word) => word.match(PIECE)?.join('') ?? '');
  const joined = words.filter((word) => word !== '').join('.');
  const short = Array.from(joined.replace(/\.{2,}/g, '.'))
    .slice(0, LIMITS.username.max - SUFFIX)
    .join('');
  return short.replace(/^[._-]+|[._-]+$/g, '');
}

/** The names that somebody may get, the best first. */
function* proposals({ preferred_username: preferred = '', name = '', email = '' }: Claims): Generator<string> {
  const [localPart = ''] = email.split('@');
  const texts = [preferred.split('@')[0] ?? '', name, localPart, 'user'];
  const base = texts.map(toUsername).find((text) => usernameSchema.safeParse(text).success) ?? 'user';
  yield base;
  for (let number = 2; number <= COUNTED; number++) yield `${base}-${number}`;
  for (let time = 0; time < DRAWN; time++) yield `${base}-${100_000 + Math.floor(Math.random() * 900_000)}`;
}

/**
 * A username that nobody has yet, nor one that looks like it, made of what the provider says.
 *
 * @throws AppError `unavailable`
 */
export async function freeUsername(claims: Claims): Promise<string> {
  const proposed = [...proposals(claims)].map((username) => ({ username, skeleton: usernameSkeleton(username) }));
  const rows = await read<{ username_skeleton: string }>(
    'SELECT username_skeleton FROM users WHERE username_skeleton = ANY($1)',
    [proposed.map(({ skeleton }) => skeleton)],
  );
  const taken = new Set(rows.map((row) => row.username_skeleton));
  const free = proposed.find(({ skeleton }) => !taken.has(skeleton)) ?? proposed.at(-1);
  return free?.username ?? 'user';
}
