import { audit } from '../audit';
import type { Locale } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { limit } from '../limits';
import { transaction } from '../queries';
import { holdUser } from './managed-user';
import { removeSecondFactorOf } from './second-factor';
import { tellOwner } from './tell-owner';

/**
 * Takes somebody's second factor away, who lost the application and the recovery codes. Sessions stay; the password is needed as
 * before. Where there is none, nothing happens. The owner is told by letter.
 *
 * @param username whose account, as it stands in a path
 * @param asked the language of the request
 * @throws AppError `rate_limited`; `not_found`; `forbidden` for who is no administrator; `unavailable`
 */
export async function removeSecondFactorOfUser(actor: Actor, username: string, asked: Locale): Promise<void> {
  await limit('command', actor.id);
  const owner = await transaction(async (client) => {
    const user = await holdUser(client, actor, username);
    if (!(await removeSecondFactorOf(client, user.id))) return null;
    await audit(client, actor, {
      action: 'user:second-factor-removed',
      user: { id: user.id, username: user.username },
    });
    return user;
  });
  if (owner) tellOwner(owner, 'twoStepOff', asked);
}
