import { bus } from '../bus';
import { accountChangesSchema, type Locale } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import type { Account } from '../contracts/entities';
import { parseInput } from '../contracts/parse-input';
import { limit } from '../limits';
import { transaction } from '../queries';
import { ACCOUNT_COLUMNS, presentAccount, type AccountRow } from './account-row';
import { usernameSkeleton } from './names';
import { confirmPassword, holdAccount, withPassword } from './own-password';
import { asConflict, checkTaken } from './taken';
import { tellOwner } from './tell-owner';

/**
 * Changes the actor's username, address or language, all or nothing. Of another address the one before is told by letter.
 *
 * @param input whatever came for {@link accountChangesSchema}
 * @param asked the language of the request
 * @returns the account as it is afterwards
 * @throws AppError `rate_limited`; `forbidden` for a wrong password; `unprocessable` with the fields that are wrong; `conflict` with
 *   those that are taken; `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function changeAccount(
  actor: Actor,
  input: Readonly<Record<string, unknown>>,
  asked: Locale,
): Promise<Account> {
  await limit('command', actor.id);
  const hash = await confirmPassword(actor, input, 'password', input.email !== undefined);
  const given = withPassword(input, 'password', hash);
  const { username = null, email = null, locale = null } = parseInput(accountChangesSchema, given);
  const skeleton = username === null ? null : usernameSkeleton(username);
  await checkTaken({ email, skeleton }, actor.id);
  try {
    const { before, after } = await transaction(async (client) => {
      // Rooms before users, as a message that is being written takes them: the other way round the two could wait for each other.
      if (email !== null)
        await client.query('SELECT id FROM chats WHERE owner_id = $1 ORDER BY id FOR NO KEY UPDATE', [actor.email]);
      const held = await holdAccount(client, actor, hash === null ? null : { hash, field: 'password' });
      const { rows } = await client.query<AccountRow>(
        `UPDATE users u SET username = coalesce($2, username), username_skeleton = coalesce($3, username_skeleton),
                email = coalesce($4, email), locale = coalesce($5, locale)
          WHERE id = $1 RETURNING ${ACCOUNT_COLUMNS}`,
        [actor.id, username, skeleton, email, locale],
      );
      const [row] = rows;
      if (!row) throw new Error('The account was not changed');
      // Whoever reads the former mailbox must not set a password by a link that went there.
      if (row.email !== held.email) await client.query('DELETE FROM password_resets WHERE user_id = $1', [actor.id]);
      return { before: held, after: presentAccount(row) };
    });
    bus().publish({ type: 'user:updated', account: after, previous: before.username });
    if (before.email !== after.email) tellOwner(before, 'email', asked);
    return after;
  } catch (error) {
    throw asConflict(error);
  }
}
