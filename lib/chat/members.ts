import { audit } from '../audit';
import type { Actor } from '../contracts/actor';
import type { Member, Room, User } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { pool } from '../db';
import { holdRoom, refuseUnless, type RoomAccess } from './access';
import { countClosings } from '../count-closings';
import { noteClosing } from './closings';
import { findUser } from './memberships';
import { presentMember, type MemberRow } from './present';
import { publish } from './publish';
import { writer } from './writer';

const MEMBER_COLUMNS = 'u.id, u.username, s.role, s.joined_at';

/** Everyone who is in a room: its owner first, then by name. */
export async function listMembers({ room }: RoomAccess): Promise<{ members: Member[] }> {
  const { rows } = await pool().query<MemberRow>(
    `SELECT ${MEMBER_COLUMNS} FROM memberships s JOIN users u ON u.id = s.user_id
     WHERE s.room_id = $1 AND s.removed_at IS NULL
     ORDER BY s.role = 'owner' DESC, lower(u.username), u.id`,
    [room.id],
  );
  return { members: rows.map(presentMember) };
}

/** What somebody wants of a place in a room. */
type Change = 'add' | 'remove';

/** The owner and administrators decide who is in a room; everyone may leave, and come into a public one. */
function refuseChange(actor: Actor, { room, manages }: RoomAccess, user: User, change: Change): void {
  const own = user.id === actor.id && (change === 'remove' || room.visibility === 'public');
  refuseUnless(manages || own);
}

/**
 * Whether the actor may add or remove this user.
 *
 * @throws AppError `not_found` (nobody by that name), `forbidden`
 */
export async function checkMember(actor: Actor, access: RoomAccess, username: string, change: Change): Promise<void> {
  refuseChange(actor, access, await findUser(username, 'username'), change);
}

/**
 * Adds somebody to a room, who has read it up to its latest message; also somebody who was removed before.
 *
 * @returns the member; `created` is false for who was one already
 * @throws AppError `not_found` (nobody by that name, or the room is gone), `forbidden`
 */
export async function addMember(
  actor: Actor,
  { room }: RoomAccess,
  username: string,
): Promise<{ member: Member; created: boolean }> {
  const { member, created } = await writer().perform(
    room,
    async (client) => {
      const user = await findUser(username, 'username', client);
      const access = await holdRoom(client, actor, room.id, 'see');
      refuseChange(actor, access, user, 'add');
      const { rowCount } = await client.query(
        `INSERT INTO memberships AS s (room_id, user_id, last_read_seq) VALUES ($1, $2, $3)
         ON CONFLICT (room_id, user_id) DO UPDATE
         SET removed_at = NULL, role = 'member', last_read_seq = excluded.last_read_seq, joined_at = now()
         WHERE s.removed_at IS NOT NULL`,
        [room.id, user.id, access.room.lastSeq],
      );
      const created = rowCount === 1;
      const { rows } = await client.query<MemberRow>(
        `SELECT ${MEMBER_COLUMNS} FROM memberships s JOIN users u ON u.id = s.user_id WHERE s.room_id = $1 AND u.id = $2`,
        [room.id, user.id],
      );
      if (!rows[0]) throw new AppError('not_found', 'There is no such user.');
      // Also that administrators let themselves into a private room.
      if (created && (user.id !== actor.id || access.room.visibility === 'private'))
        await audit(client, actor, { action: 'member:added', room: access.room, user });
      return { member: presentMember(rows[0]), created, room: access.room };
    },
    ({ member: { user }, created, room: now }) => {
      if (!created) return;
      publish({ type: 'member:added', roomId: now.id, room: now.name, user });
      publish({ type: 'room:added', room: now, userId: user.id });
    },
  );
  return { member, created };
}

function refuseOwner({ owner }: Room, user: User): void {
  if (owner?.id !== user.id) return;
  throw new AppError('conflict', 'The owner hands the room over to somebody else before leaving it.');
}

/**
 * Removes somebody from a room, or lets the actor leave it for good: from the commit on they hear nothing more of it. Who leaves
 * may come back to a public room; who is removed by somebody else, only when added again.
 *
 * @throws AppError `not_found` (nobody by that name, no member, or the room is gone), `forbidden`, `conflict` (the owner)
 */
export async function removeMember(actor: Actor, { room }: RoomAccess, username: string): Promise<void> {
  await writer().perform(
    room,
    async (client) => {
      const user = await findUser(username, 'username', client);
      const access = await holdRoom(client, actor, room.id, 'see');
      refuseChange(actor, access, user, 'remove');
      refuseOwner(access.room, user);
      const leaves = user.id === actor.id;
      const { rowCount } = await client.query(
        `${leaves ? 'DELETE FROM memberships' : 'UPDATE memberships SET removed_at = now()'}
         WHERE room_id = $1 AND user_id = $2 AND removed_at IS NULL`,
        [room.id, user.id],
      );
      if (rowCount !== 1) throw new AppError('not_found', `${user.username} is not in this room.`);
      await countClosings(client, [room.id]);
      if (!leaves) await audit(client, actor, { action: 'member:removed', room: access.room, user });
      return { user, room: access.room };
    },
    ({ user, room: now }) => {
      noteClosing(now.id);
      publish({ type: 'member:removed', roomId: now.id, room: now.name, user });
    },
  );
}
