import type { ClientBase } from 'pg';
import { audit, type Audited } from '../audit';
import type { Actor } from '../contracts/actor';
import type { Room, User } from '../contracts/entities';
import { holdRoom, type RoomAccess } from './access';
import { noteClosing } from './closings';
import { findUser, memberIdsOf } from './memberships';
import { publish } from './publish';
import { nameTaken } from './rooms';
import { writer } from './writer';

/** What may be changed of a room; what is not named stays. */
export interface RoomChanges {
  name?: string | undefined;
  topic?: string | undefined;
  visibility?: Room['visibility'] | undefined;
  /** the username of the next owner */
  owner?: string | undefined;
}

type Client = Pick<ClientBase, 'query'>;

/** The old name stays behind as an address; a name that another room had before is this one's from now on. */
async function rename(client: Client, room: Room, name: string): Promise<void> {
  await client.query('UPDATE chats SET name = $2 WHERE id = $1', [room.id, name]);
  await client.query('DELETE FROM former_names WHERE name = $1', [name]);
  await client.query(
    'INSERT INTO former_names (name, room_id) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET room_id = $2',
    [room.name, room.id],
  );
}

/** @returns the next owner, and whether they were no member before */
async function handOver(client: Client, room: Room, username: string): Promise<{ user: User; isNew: boolean }> {
  const user = await findUser(username, 'owner', client);
  const { rowCount } = await client.query(
    'SELECT FROM memberships WHERE room_id = $1 AND user_id = $2 AND removed_at IS NULL',
    [room.id, user.id],
  );
  await client.query(`UPDATE memberships SET role = 'member' WHERE room_id = $1 AND role = 'owner'`, [room.id]);
  await client.query(
    `WITH room AS (
       UPDATE chats SET owner_id = (SELECT email FROM users WHERE id = $2) WHERE id = $1 RETURNING id, last_seq
     )
     INSERT INTO memberships (room_id, user_id, role, last_read_seq) SELECT id, $2, 'owner', last_seq FROM room
     ON CONFLICT (room_id, user_id) DO UPDATE SET role = 'owner', removed_at = NULL`,
    [room.id, user.id],
  );
  return { user, isNew: rowCount === 0 };
}

/**
 * Changes a room's name, topic, visibility or owner, all or nothing. Who is a member of a room that becomes private stays one.
 *
 * @throws AppError `conflict` for a name that is taken, `not_found` for an owner who is nobody, or a room that is gone meanwhile
 */
export async function updateRoom(
  actor: Actor,
  { room: { id }, room }: RoomAccess,
  changes: RoomChanges,
): Promise<{ room: Room }> {
  const change = async (client: Client) => {
    const { room: before } = await holdRoom(client, actor, id, 'manage');
    const { name = before.name, topic = before.topic, visibility = before.visibility, owner } = changes;
    const log = (action: Audited['action'], details: Audited['details'] = {}, user?: User) =>
      audit(client, actor, { action, room: before, details, user });
    if (name !== before.name) {
      await rename(client, before, name);
      await log('room:renamed', { name });
    }
    if (topic !== before.topic) {
      await client.query('UPDATE chats SET topic = $2 WHERE id = $1', [id, topic]);
      await log('room:topic-changed');
    }
    if (visibility !== before.visibility) {
      await client.query('UPDATE chats SET visibility = $2 WHERE id = $1', [id, visibility]);
      await log('room:visibility-changed', { visibility });
    }
    const heir = owner === undefined ? undefined : await handOver(client, before, owner);
    if (heir && heir.user.id !== before.owner?.id) await log('room:handed-over', {}, heir.user);
    const after: Room = { ...before, name, topic, visibility, owner: heir?.user ?? before.owner };
    return { before, after, heir, memberIds: await memberIdsOf(client, id) };
  };
  try {
    const { after } = await writer().perform(room, change, ({ before, after, heir, memberIds }) => {
      if (after.visibility === 'private' && before.visibility === 'public') noteClosing(id);
      if (heir?.isNew) {
        publish({ type: 'member:added', roomId: id, room: after.name, user: heir.user });
        publish({ type: 'room:added', room: after, userId: heir.user.id });
      }
      publish({ type: 'room:updated', room: after, memberIds });
    });
    return { room: after };
  } catch (error) {
    throw nameTaken(error);
  }
}
