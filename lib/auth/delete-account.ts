import { bus } from '../bus';
import { accountDeletionSchema } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { parseInput } from '../contracts/parse-input';
import { countClosings } from '../count-closings';
import { limit } from '../limits';
import { transaction } from '../queries';
import { keepAnAdministrator, lockAdministrators } from './last-administrator';
import { confirmPassword, holdAccount, withPassword } from './own-password';
import { revokeSessionsOf } from './sessions';

const FIELD = 'password';

/**
 * Deletes the actor's account with its memberships and sessions. Its messages stay without an author, its rooms without an owner.
 *
 * @param input whatever came for {@link accountDeletionSchema}
 * @throws AppError `rate_limited`; `forbidden` for a wrong password; `unprocessable`; `conflict` for the last administrator;
 *   `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function deleteAccount(actor: Actor, input: Readonly<Record<string, unknown>>): Promise<void> {
  await limit('command', actor.id);
  const hash = await confirmPassword(actor, input, FIELD);
  parseInput(accountDeletionSchema, withPassword(input, FIELD, hash));
  const { rooms, events } = await transaction(async (client) => {
    await lockAdministrators(client);
    // Rooms before users, as a message that is being written takes them: the other way round the two could wait for each other.
    const held = await client.query<{ id: number; name: string; owned: boolean; member: boolean }>(
      `SELECT c.id, c.name, c.owner_id IS NOT DISTINCT FROM $2 AS owned, s.user_id IS NOT NULL AS member
         FROM chats c LEFT JOIN memberships s ON s.room_id = c.id AND s.user_id = $1 AND s.removed_at IS NULL
        WHERE c.owner_id = $2 OR s.user_id IS NOT NULL
        ORDER BY c.id FOR NO KEY UPDATE OF c`,
      [actor.id, actor.email],
    );
    await keepAnAdministrator(client, actor.id);
    await holdAccount(client, actor, hash === null ? null : { hash, field: FIELD });
    const events = await revokeSessionsOf(client, actor.id);
    await countClosings(
      client,
      held.rows.map(({ id }) => id),
    );
    await client.query('DELETE FROM users WHERE id = $1', [actor.id]);
    return { rooms: held.rows, events };
  });
  for (const event of events) bus().publish(event);
  bus().publish({
    type: 'user:deleted',
    user: { id: actor.id, username: actor.username },
    rooms: rooms.filter(({ member }) => member).map(({ id, name }) => ({ id, name })),
    ownedRoomIds: rooms.filter(({ owned }) => owned).map(({ id }) => id),
  });
}
