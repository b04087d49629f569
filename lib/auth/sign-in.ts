import { loginSchema } from '../contracts/accounts';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { isCleanText } from '../contracts/values';
import { addressKey, limit, refund } from '../limits';
import { log } from '../log';
import { ACCOUNT_COLUMNS, presentAccount, type AccountRow } from './account-row';
import { beginSession, type Client, type SignedIn } from './begin-session';
import { query, read, transaction } from '../queries';
import { SUSPENDED } from './sessions';
import { parseInput } from '../contracts/parse-input';
import { hashPassword, isOutdated, verifyPassword } from './passwords';

type CredentialsRow = AccountRow & { hashed_password: string; suspended_at: Date | null };

/** The e-mail address that somebody tries, as far as there is one; one that cannot be stored, or is too long, is nobody's. */
function triedEmail(input: unknown): string {
  if (typeof input !== 'object' || input === null || !('email' in input)) return '';
  const email = typeof input.email === 'string' && isCleanText(input.email) ? input.email.trim().toLowerCase() : '';
  return email.length <= LIMITS.email ? email : '';
}

/** Hashes again what was hashed at another cost. It can wait for the next sign-in, so a failure is only noted. */
async function rehash(userId: number, oldHash: string, password: string): Promise<void> {
  try {
    const hash = await hashPassword(password);
    await query('UPDATE users SET hashed_password = $3 WHERE id = $1 AND hashed_password = $2', [
      userId,
      oldHash,
      hash,
    ]);
  } catch (error) {
    log.warn({ err: error }, 'A password was not hashed again at the new cost');
  }
}

/** A success does not count against the limits. */
function forgive(address: string, accountKey: string): void {
  refund('signInAddress', address);
  refund('signInAccount', accountKey);
}

/**
 * Begins the session of an account, unless it was changed since its password was compared: a change of the password ends every
 * session that there is, and one begun by the old password must not be made after that.
 *
 * @returns null where it was changed
 */
function begin(row: CredentialsRow, userAgent: string): Promise<SignedIn | null> {
  return transaction(async (connection) => {
    const held = await connection.query(
      'SELECT id FROM users WHERE id = $1 AND hashed_password = $2 AND suspended_at IS NULL FOR SHARE',
      [row.id, row.hashed_password],
    );
    return held.rows.length === 0 ? null : beginSession(connection, presentAccount(row), userAgent);
  });
}

/**
 * Signs an account in: a new session each time.
 *
 * @param input whatever came for {@link loginSchema}
 * @param client where it came from
 * @throws AppError `rate_limited`; `unprocessable` where a field is missing; `unauthenticated`, with the same words after the
 *   same time, for an unknown address and a wrong password; `forbidden` for a suspended account whose password was right;
 *   `unavailable`
 */
export async function signIn(input: unknown, client: Client): Promise<SignedIn> {
  const email = triedEmail(input);
  const accountKey = `${email} ${addressKey(client.address)}`;
  await limit('signInAddress', client.address);
  await limit('signInAccount', accountKey);
  const { password } = parseInput(loginSchema, input);

  for (;;) {
    const [row] = await read<CredentialsRow>(
      `SELECT ${ACCOUNT_COLUMNS}, u.hashed_password, u.suspended_at FROM users u WHERE u.email = $1`,
      [email],
    );
    const right = await verifyPassword(password, row?.hashed_password);
    if (!row || !right) throw new AppError('unauthenticated', 'The e-mail address or the password is wrong.');
    if (row.suspended_at) {
      forgive(client.address, accountKey);
      throw new AppError('forbidden', SUSPENDED);
    }
    const signedIn = await begin(row, client.userAgent);
    // What was compared is no longer so: the password was changed at this moment, the account suspended or deleted.
    if (!signedIn) continue;
    forgive(client.address, accountKey);
    if (isOutdated(row.hashed_password)) void rehash(row.id, row.hashed_password, password);
    return signedIn;
  }
}
