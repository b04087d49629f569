import { audit } from '../audit';
import { bus } from '../bus';
import type { Actor } from '../contracts/actor';
import { resetSchema } from '../contracts/administration';
import { AppError } from '../contracts/errors';
import { parseInput } from '../contracts/parse-input';
import { FIELD_MESSAGES } from '../contracts/values';
import { limit, refund } from '../limits';
import { hashLinkToken, newLinkToken } from '../link-token';
import { read, transaction } from '../queries';
import { holdUser } from './managed-user';
import { hashPassword } from './passwords';
import { revokeSessionsOf } from './sessions';

/** Hours: long enough to reach somebody in another time zone, and no longer. OWASP's Forgot Password Cheat Sheet asks for a short life. */
const LIFE_HOURS = 24;

const OPEN = 'r.token_hash = $1 AND r.used_at IS NULL AND r.expires_at > now()';

/** The same for a token that nobody made, that was used, that was replaced and that has expired. */
function dead(): AppError {
  const message = FIELD_MESSAGES.resetToken;
  return new AppError('unprocessable', message, { errors: [{ path: 'token', message }] });
}

/**
 * Makes the token of a link that sets somebody's password, once, within a day. Earlier ones of that user are void from then on.
 *
 * @param username whose account, as it stands in a path
 * @returns the token, which is kept nowhere
 * @throws AppError `rate_limited`; `not_found`; `forbidden` for who is no administrator; `unavailable`
 */
export async function issueReset(actor: Actor, username: string): Promise<{ token: string; expiresAt: Date }> {
  await limit('command', actor.id);
  const token = newLinkToken();
  return transaction(async (client) => {
    const user = await holdUser(client, actor, username);
    await client.query('DELETE FROM password_resets WHERE user_id = $1', [user.id]);
    const { rows } = await client.query<{ expires_at: Date }>(
      `INSERT INTO password_resets (token_hash, user_id, expires_at)
       VALUES ($1, $2, now() + make_interval(hours => $3)) RETURNING expires_at`,
      [hashLinkToken(token), user.id, LIFE_HOURS],
    );
    const [row] = rows;
    if (!row) throw new Error('The reset was not written');
    await audit(client, actor, { action: 'user:reset-issued', user: { id: user.id, username: user.username } });
    return { token, expiresAt: row.expires_at };
  });
}

/**
 * Whose password a token would set.
 *
 * @returns null when it is not valid (any more)
 * @throws AppError `unavailable`
 */
export async function usernameOfReset(token: string): Promise<string | null> {
  const [row] = await read<{ username: string }>(
    `SELECT u.username FROM password_resets r JOIN users u ON u.id = r.user_id WHERE ${OPEN}`,
    [hashLinkToken(token)],
  );
  return row?.username ?? null;
}

/**
 * Sets a new password by a link, and ends every session of that account.
 *
 * @param input whatever came for {@link resetSchema}
 * @param address where it came from
 * @throws AppError `rate_limited`; `unprocessable` with the fields that are wrong, `token` for one that is not valid (any more);
 *   `unavailable`
 */
export async function resetPassword(input: unknown, address: string): Promise<void> {
  await limit('resetAddress', address);
  let parsed;
  try {
    parsed = parseInput(resetSchema, input);
  } catch (error) {
    // A password that is too short tells nothing about anybody: it does not count.
    refund('resetAddress', address);
    throw error;
  }
  const { token, password } = parsed;
  // Before the hashing, which takes a quarter of a second that strangers need not have.
  if ((await usernameOfReset(token)) === null) throw dead();
  const hash = await hashPassword(password);
  const events = await transaction(async (client) => {
    // The account before the link, as issuing does: otherwise the two could wait for each other.
    const { rows } = await client.query<{ id: number }>(
      `SELECT u.id FROM password_resets r JOIN users u ON u.id = r.user_id WHERE ${OPEN} FOR UPDATE OF u`,
      [hashLinkToken(token)],
    );
    const [user] = rows;
    if (!user) throw dead();
    const used = await client.query(`UPDATE password_resets r SET used_at = now() WHERE ${OPEN}`, [
      hashLinkToken(token),
    ]);
    if (used.rowCount === 0) throw dead();
    await client.query('UPDATE users SET hashed_password = $2 WHERE id = $1', [user.id, hash]);
    return revokeSessionsOf(client, user.id);
  });
  for (const event of events) bus().publish(event);
}
