import type { PoolClient } from 'pg';
import { audit } from '../audit';
import { bus } from '../bus';
import type { Locale } from '../contracts/accounts';
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
import { tellOwner } from './tell-owner';

/**
 * Hours that a link is good, by where it comes from. OWASP's Forgot Password Cheat Sheet asks for a short life. An administrator's is
 * long enough to reach somebody in another time zone. A letter comes at once, and whoever asked for it waits before the screen; it
 * and its page name the figure.
 */
const LIFE_HOURS = { administrator: 24, letter: 1 };

const OPEN = 'r.token_hash = $1 AND r.used_at IS NULL AND r.expires_at > now()';

/** The same for a token that nobody made, that was used, that was replaced and that has expired. */
function dead(): AppError {
  const message = FIELD_MESSAGES.resetToken;
  return new AppError('unprocessable', message, { errors: [{ path: 'token', message }] });
}

/** The secret part of a link, which is kept nowhere, and until when it is good. */
interface IssuedReset {
  token: string;
  expiresAt: Date;
}

/**
 * Makes the token of a link that sets somebody's password, once. Earlier ones of that user from the same origin are void from then
 * on, and no others: anybody can ask for a letter, and must not so undo what an administrator gave.
 *
 * @param client the connection whose transaction it belongs to, which holds the account's row: two at once would leave two links
 * @param origin where it comes from
 */
export async function replaceReset(
  client: Pick<PoolClient, 'query'>,
  userId: number,
  origin: keyof typeof LIFE_HOURS,
): Promise<IssuedReset> {
  const token = newLinkToken();
  const byLetter = origin === 'letter';
  await client.query('DELETE FROM password_resets WHERE user_id = $1 AND by_letter = $2', [userId, byLetter]);
  const { rows } = await client.query<{ expires_at: Date }>(
    `INSERT INTO password_resets (token_hash, user_id, by_letter, expires_at)
     VALUES ($1, $2, $3, now() + make_interval(hours => $4)) RETURNING expires_at`,
    [hashLinkToken(token), userId, byLetter, LIFE_HOURS[origin]],
  );
  const [row] = rows;
  if (!row) throw new Error('The reset was not written');
  return { token, expiresAt: row.expires_at };
}

/**
 * Makes such a token for an administrator, good for a day.
 *
 * @param username whose account, as it stands in a path
 * @throws AppError `rate_limited`; `not_found`; `forbidden` for who is no administrator; `unavailable`
 */
export async function issueReset(actor: Actor, username: string): Promise<IssuedReset> {
  await limit('command', actor.id);
  return transaction(async (client) => {
    const user = await holdUser(client, actor, username);
    const issued = await replaceReset(client, user.id, 'administrator');
    await audit(client, actor, { action: 'user:reset-issued', user: { id: user.id, username: user.username } });
    return issued;
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
 * Sets a new password by a link, ends every session of that account and disconnects the provider: whoever got in before is out,
 * also who had the account before the owner of its address came. The owner is told by letter.
 *
 * @param input whatever came for {@link resetSchema}
 * @param address where it came from
 * @param asked the language of the request
 * @throws AppError `rate_limited`; `unprocessable` with the fields that are wrong, `token` for one that is not valid (any more);
 *   `unavailable`
 */
export async function resetPassword(input: unknown, address: string, asked: Locale): Promise<void> {
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
  const { user, events } = await transaction(async (client) => {
    // The account before the link, as issuing does: otherwise the two could wait for each other.
    const { rows } = await client.query<{ id: number; email: string; locale: string | null }>(
      `SELECT u.id, u.email, u.locale FROM password_resets r JOIN users u ON u.id = r.user_id WHERE ${OPEN} FOR UPDATE OF u`,
      [hashLinkToken(token)],
    );
    const [user] = rows;
    if (!user) throw dead();
    const used = await client.query(`UPDATE password_resets r SET used_at = now() WHERE ${OPEN}`, [
      hashLinkToken(token),
    ]);
    if (used.rowCount === 0) throw dead();
    // Whoever holds a link of the other origin must not undo it.
    await client.query('DELETE FROM password_resets WHERE user_id = $1 AND used_at IS NULL', [user.id]);
    await client.query('UPDATE users SET hashed_password = $2 WHERE id = $1', [user.id, hash]);
    await client.query('DELETE FROM identities WHERE user_id = $1', [user.id]);
    return { user, events: await revokeSessionsOf(client, user.id) };
  });
  for (const event of events) bus().publish(event);
  tellOwner(user, 'password', asked);
}
