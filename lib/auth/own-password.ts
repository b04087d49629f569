import type { PoolClient } from 'pg';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { FIELD_MESSAGES } from '../contracts/values';
import { limit, refund } from '../limits';
import { read } from '../queries';
import { ACCOUNT_COLUMNS, type AccountRow } from './account-row';
import { NO_PASSWORD, verifyPassword } from './passwords';

/** What was given by whoever is signed in already: 403 with its field, because 401 would say that the session has ended. */
function wrong(field: string, message: string = FIELD_MESSAGES.passwordWrong): AppError {
  return new AppError('forbidden', message, { errors: [{ path: field, message }] });
}

/** The same for a code of the second factor. */
export const wrongCode = () => wrong('code', FIELD_MESSAGES.codeWrong);

const ended = () => new AppError('unauthenticated', 'This session has ended. Sign in again.');

/** Of `sessions s`: begun a moment ago, which is what proves somebody who has no password. */
export const FRESH_SESSION = "s.created_at > now() - interval '10 minutes'";

/**
 * Has the actor prove themselves anew, before the rest of the input is looked at (the contract's order: 429, 403, 422). Who has no
 * password does so by a session that was begun within the last ten minutes, whatever they type.
 *
 * @param input what came, unparsed: only the password in `field` is looked at
 * @param needed whether there must be a proof: where not, none is asked of whoever has given no password
 * @returns the hash that it fits, or null where none was given
 * @throws AppError `rate_limited`, `forbidden` with the field (or without, for who has no password), `unauthenticated` where the
 *   account is gone, `unavailable`
 */
export async function confirmPassword(
  actor: Actor,
  input: Readonly<Record<string, unknown>>,
  field: string,
  needed = true,
): Promise<string | null> {
  const password = input[field];
  const given = typeof password === 'string' && password !== '';
  if (!given && !needed) return null;
  if (given) await limit('ownPassword', actor.id);
  const [row] = await read<{ hashed_password: string; fresh: boolean }>(
    `SELECT u.hashed_password, ${FRESH_SESSION} AS fresh
       FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.id = $1 AND s.id = $2`,
    [actor.id, actor.sessionId],
  );
  if (!row) throw ended();
  if (row.hashed_password === NO_PASSWORD) {
    if (!row.fresh) throw new AppError('forbidden', FIELD_MESSAGES.freshSession);
  } else if (!given) {
    return null;
  } else if (!(await verifyPassword(password, row.hashed_password))) {
    throw wrong(field);
  }
  if (given) refund('ownPassword', actor.id);
  return row.hashed_password;
}

/**
 * The input as the schemas take it, which ask for a password: who has none has given it by proving themselves otherwise.
 *
 * @param confirmed what {@link confirmPassword} gave
 */
export function withPassword(
  input: Readonly<Record<string, unknown>>,
  field: string,
  confirmed: string | null,
): Readonly<Record<string, unknown>> {
  return confirmed === NO_PASSWORD ? { ...input, [field]: NO_PASSWORD } : input;
}

/**
 * Takes hold of the actor's account until the transaction ends, so that what was checked before it still holds: of two changes
 * of the password that were both given the old one, only the first is made.
 *
 * @param confirmed what {@link confirmPassword} gave, with its field; null where no password was asked for
 * @returns the account as it is now
 * @throws AppError `unauthenticated` where the session or the account has ended meanwhile, `forbidden` where the password has changed
 */
export async function holdAccount(
  client: PoolClient,
  actor: Actor,
  confirmed: { hash: string; field: string } | null,
): Promise<AccountRow> {
  const { rows } = await client.query<AccountRow & { hashed_password: string }>(
    `SELECT ${ACCOUNT_COLUMNS}, u.hashed_password FROM users u WHERE u.id = $1 AND u.suspended_at IS NULL FOR UPDATE`,
    [actor.id],
  );
  // A statement of its own: one that waited for the row above would still see the sessions as they were before.
  const sessions = await client.query(
    'SELECT id FROM sessions WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()',
    [actor.sessionId],
  );
  const [row] = rows;
  if (!row || sessions.rows.length === 0) throw ended();
  if (confirmed && row.hashed_password !== confirmed.hash) throw wrong(confirmed.field);
  return row;
}
