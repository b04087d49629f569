import { audit } from '../audit';
import type { Actor } from '../contracts/actor';
import { limit } from '../limits';
import { transaction } from '../queries';
import { holdUser } from './managed-user';
import { removeSecondFactorOf } from './second-factor';

/**
 * Takes somebody's second factor away, who lost the application and the recovery codes. Sessions stay; the password is needed as
 * before. Where there is none, nothing happens.
 *
 * @param username whose account, as it stands in a path
 * @throws AppError `rate_limited`; `not_found`; `forbidden` for who is no administrator; `unavailable`
 */
export async function removeSecondFactorOfUser(actor: Actor, username: string): Promise<void> {
  await limit('command', actor.id);
  await transaction(async (client) => {
    const user = await holdUser(client, actor, username);
    if (!(await removeSecondFactorOf(client, user.id))) return;
    await audit(client, actor, {
      action: 'user:second-factor-removed',
      user: { id: user.id, username: user.username },
    });
  });
}
