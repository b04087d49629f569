import { bus } from '../bus';
import { passwordChangeSchema, type Locale } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { parseInput } from '../contracts/parse-input';
import { limit } from '../limits';
import { transaction } from '../queries';
import { confirmPassword, holdAccount, withPassword } from './own-password';
import { hashPassword } from './passwords';
import { revokeSessionsOf } from './sessions';
import { tellOwner } from './tell-owner';

const FIELD = 'currentPassword';

/**
 * Gives the actor's account another password, and ends every other session of theirs: whoever knew the old one is out.
 * The owner is told by letter.
 *
 * @param input whatever came for {@link passwordChangeSchema}
 * @param asked the language of the request
 * @throws AppError `rate_limited`; `forbidden` for a wrong password, also one that was right until another change a moment ago;
 *   `unprocessable`; `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function changePassword(
  actor: Actor,
  input: Readonly<Record<string, unknown>>,
  asked: Locale,
): Promise<void> {
  await limit('command', actor.id);
  const confirmed = await confirmPassword(actor, input, FIELD);
  const { newPassword } = parseInput(passwordChangeSchema, withPassword(input, FIELD, confirmed));
  const hash = await hashPassword(newPassword);
  const { held, events } = await transaction(async (client) => {
    const held = await holdAccount(client, actor, confirmed === null ? null : { hash: confirmed, field: FIELD });
    await client.query('UPDATE users SET hashed_password = $2 WHERE id = $1', [actor.id, hash]);
    // Whoever holds a link that was made before must not undo it.
    await client.query('DELETE FROM password_resets WHERE user_id = $1', [actor.id]);
    return { held, events: await revokeSessionsOf(client, actor.id, actor.sessionId) };
  });
  for (const event of events) bus().publish(event);
  tellOwner(held, 'password', asked);
}
