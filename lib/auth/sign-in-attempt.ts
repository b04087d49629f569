import type { PoolClient } from 'pg';
import { AppError } from '../contracts/errors';
import { FIELD_MESSAGES } from '../contracts/values';
import { addressKey, limit, refund } from '../limits';
import { transaction } from '../queries';
import { presentAccount, type AccountRow } from './account-row';
import { beginSession, type Client, type SignedIn } from './begin-session';
import { confirmedSecret, takeCode, type CodeKind } from './take-code';
import { isTotpCode } from './totp';
import { normaliseCode } from './typed-code';

/** An account as signing in reads it. */
export type CredentialsRow = AccountRow & { hashed_password: string; suspended_at: Date | null };

const accountKey = (email: string, address: string) => `${email} ${addressKey(address)}`;

/**
 * Counts an attempt to sign in.
 *
 * @param email of the account that is tried, or empty
 * @throws AppError `rate_limited`
 */
export async function countAttempt(email: string, address: string): Promise<void> {
  await limit('signInAddress', address);
  await limit('signInAccount', accountKey(email, address));
}

/** A success does not count against the limits. */
export function forgiveAttempt(email: string, address: string): void {
  refund('signInAddress', address);
  refund('signInAccount', accountKey(email, address));
}

/** The password was right, but the second factor was not. */
function codeRefused(message: string): AppError {
  return new AppError('unauthenticated', message, { errors: [{ path: 'code', message }] });
}

/** Takes the code where there is a second factor. */
async function proveFactor(client: PoolClient, userId: number, code: string): Promise<CodeKind | null | 'wanted'> {
  const secret = await confirmedSecret(client, userId);
  if (secret === null) return null;
  if (code === '') return 'wanted';
  if (isTotpCode(code)) await limit('signInCode', userId);
  const kind = await takeCode(client, userId, secret, code);
  if (kind === null) throw codeRefused(FIELD_MESSAGES.codeWrong);
  return kind;
}

/** A sign-in that came to its end, and by what kind of code. */
export type Entered = SignedIn & { by: CodeKind | null };

/**
 * Begins the session of an account whose password was right, unless it was changed since that was compared: a change of the
 * password ends every session that there is, and one begun by the old password must not be made after that.
 *
 * @param typed the code, where one was given
 * @returns `changed` where it was; `wanted` where there is a second factor and no code came: nothing was begun
 * @throws AppError `unauthenticated` with the field `code` for a wrong one; `rate_limited`; `unavailable`
 */
export async function enter(
  row: CredentialsRow,
  typed: string | undefined,
  client: Client,
): Promise<Entered | 'changed' | 'wanted'> {
  const entered = await transaction(async (connection) => {
    const held = await connection.query(
      'SELECT id FROM users WHERE id = $1 AND hashed_password = $2 AND suspended_at IS NULL FOR SHARE',
      [row.id, row.hashed_password],
    );
    if (held.rows.length === 0) return 'changed';
    const by = await proveFactor(connection, row.id, normaliseCode(typed ?? ''));
    if (by === 'wanted') return by;
    return { ...(await beginSession(connection, presentAccount(row), client.userAgent)), by };
  });
  if (typeof entered === 'object') {
    forgiveAttempt(row.email, client.address);
    if (entered.by === 'totp') refund('signInCode', row.id);
  }
  return entered;
}

/** What a program is told that gave no code. */
export const codeWanted = () => codeRefused(FIELD_MESSAGES.codeWanted);
