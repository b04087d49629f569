import { loginSchema } from '../contracts/accounts';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { parseInput } from '../contracts/parse-input';
import { isCleanText } from '../contracts/values';
import { log } from '../log';
import { query, read } from '../queries';
import { ACCOUNT_COLUMNS } from './account-row';
import type { Client } from './begin-session';
import { hashPassword, isOutdated, verifyPassword } from './passwords';
import { SUSPENDED } from './sessions';
import { codeWanted, countAttempt, enter, forgiveAttempt, type CredentialsRow, type Entered } from './sign-in-attempt';
import { issueChallenge } from './sign-in-challenge';

/** The e-mail address that somebody tries, as far as there is one; one that cannot be stored, or is too long, is nobody's. */
function triedEmail(input: unknown): string {
  if (typeof input !== 'object' || input === null || !('email' in input)) return '';
  const email = typeof input.email === 'string' && isCleanText(input.email) ? input.email.trim().toLowerCase() : '';
  return email.length <= LIMITS.email ? email : '';
}

/**
 * Hashes again what was hashed at another cost. It can wait for the next sign-in, so a failure is only noted.
 *
 * @returns the hash that the account has now
 */
async function rehash({ id, hashed_password: oldHash }: CredentialsRow, password: string): Promise<string> {
  if (!isOutdated(oldHash)) return oldHash;
  try {
    const hash = await hashPassword(password);
    const changed = await query<{ id: number }>(
      'UPDATE users SET hashed_password = $3 WHERE id = $1 AND hashed_password = $2 RETURNING id',
      [id, oldHash, hash],
    );
    if (changed.length > 0) return hash;
  } catch (error) {
    log.warn({ err: error }, 'A password was not hashed again at the new cost');
  }
  return oldHash;
}

/** Somebody whose password was right, and who owes the code: what lets them give it alone. */
export interface HalfWay {
  challenge: string;
}

async function attempt(input: unknown, client: Client): Promise<Entered | { row: CredentialsRow; password: string }> {
  const email = triedEmail(input);
  await countAttempt(email, client.address);
  const { password, code } = parseInput(loginSchema, input);

  for (;;) {
    const [row] = await read<CredentialsRow>(
      `SELECT ${ACCOUNT_COLUMNS}, u.hashed_password, u.suspended_at FROM users u WHERE u.email = $1`,
      [email],
    );
    const right = await verifyPassword(password, row?.hashed_password);
    if (!row || !right) throw new AppError('unauthenticated', 'The e-mail address or the password is wrong.');
    if (row.suspended_at) {
      forgiveAttempt(email, client.address);
      throw new AppError('forbidden', SUSPENDED);
    }
    const entered = await enter(row, code, client);
    // What was compared is no longer so: the password was changed at this moment, the account suspended or deleted.
    if (entered === 'changed') continue;
    if (entered === 'wanted') {
      forgiveAttempt(email, client.address);
      return { row, password };
    }
    void rehash(row, password);
    return entered;
  }
}

/**
 * Signs an account in: a new session each time.
 *
 * @param input whatever came for {@link loginSchema}
 * @param client where it came from
 * @throws AppError `rate_limited`; `unprocessable` where a field is missing; `unauthenticated`, with the same words after the
 *   same time, for an unknown address and a wrong password, and with the field `code` where the password was right and the code
 *   of the second factor is missing or wrong; `forbidden` for a suspended account whose password was right; `unavailable`
 */
export async function signIn(input: unknown, client: Client): Promise<Entered> {
  const entered = await attempt(input, client);
  if ('row' in entered) throw codeWanted();
  return entered;
}

/**
 * The first of two steps, for browsers: as {@link signIn}, but where the code is missing it may follow by itself.
 *
 * @throws AppError as {@link signIn}, but for a missing code
 */
export async function beginSignIn(input: unknown, client: Client): Promise<Entered | HalfWay> {
  const entered = await attempt(input, client);
  if (!('row' in entered)) return entered;
  const { row, password } = entered;
  // Now, because nobody has the password later: the challenge is bound to the hash.
  return { challenge: await issueChallenge(row.id, await rehash(row, password)) };
}
