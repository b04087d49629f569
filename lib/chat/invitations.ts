import type { ClientBase } from 'pg';
import type { Actor } from '../contracts/actor';
import type { Invitation, InvitedRoom, Room, User } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import type { InvitationInput } from '../contracts/invitations';
import {
  insertInvitation,
  revokeInvitation,
  STANDING_INVITATION,
  UNUSED_INVITATION,
  spendInvitation,
} from '../invitations';
import { limit } from '../limits';
import { hashLinkToken } from '../link-token';
import { read, transaction } from '../queries';
import { holdInvitedRoom, holdRoom, type RoomAccess } from './access';
import { publish } from './publish';
import { writer } from './writer';

type Client = Pick<ClientBase, 'query'>;

/**
 * Makes a link that lets people into a room.
 *
 * @throws AppError `not_found`, `forbidden` when that has become so meanwhile
 */
export function inviteToRoom(
  actor: Actor,
  access: RoomAccess,
  input: InvitationInput,
): Promise<{ invitation: Invitation; token: string }> {
  return transaction(async (client) => {
    const { room } = await holdRoom(client, actor, access.room.id, 'manage');
    return insertInvitation(client, actor, room, input);
  });
}

/**
 * Takes a link into a room back.
 *
 * @throws AppError `not_found` (no such invitation to this room, or the room is gone meanwhile), `forbidden`
 */
export function revokeRoomInvitation(actor: Actor, access: RoomAccess, id: number): Promise<void> {
  return transaction(async (client) => {
    const { room } = await holdRoom(client, actor, access.room.id, 'manage');
    await revokeInvitation(client, actor, room, id);
  });
}

/** One answer for every link that is not good, whatever the reason. */
const dead = () => new AppError('not_found', 'This invitation is not valid any more.');

interface Invited {
  /** null: to the service alone */
  room: InvitedRoom | null;
  /** what the asker is to that room */
  standing: 'stranger' | 'member' | 'removed';
}

interface InvitedRow {
  room_id: number | null;
  unused: boolean;
  name: string;
  topic: string;
  member_count: number;
  user_id: number | null;
  removed_at: Date | null;
}

/** For its members a link that was used up still leads to the room: they may be those who used it. */
async function look(actor: Actor | null, token: string): Promise<(Invited & { roomId: number | null }) | null> {
  const [row] = await read<InvitedRow>(
    `SELECT i.room_id, ${UNUSED_INVITATION} AS unused, c.name, c.topic, s.user_id, s.removed_at, (
       SELECT count(*)::int FROM memberships m WHERE m.room_id = i.room_id AND m.removed_at IS NULL
     ) AS member_count
     FROM invitations i
     LEFT JOIN chats c ON c.id = i.room_id
     LEFT JOIN memberships s ON s.room_id = i.room_id AND s.user_id = $2
     WHERE i.token_hash = $1 AND ${STANDING_INVITATION}`,
    [hashLinkToken(token), actor?.id ?? null],
  );
  if (!row) return null;
  const standing = row.user_id === null ? 'stranger' : row.removed_at ? 'removed' : 'member';
  if (!row.unused && standing !== 'member') return null;
  const room = { name: row.name, topic: row.topic, memberCount: row.member_count };
  return { roomId: row.room_id, room: row.room_id === null ? null : room, standing };
}

/**
 * What a link says to whoever opens it. Changes nothing.
 *
 * @param actor null for somebody who is not signed in
 * @returns null for a link that is not good (any more)
 * @throws AppError `unavailable`
 */
export async function previewInvitation(actor: Actor | null, token: string): Promise<Invited | null> {
  return look(actor, token);
}

async function insertMember(client: Client, room: Room, user: User): Promise<void> {
  // The lock waits for whoever is just deleting their account.
  const { rowCount } = await client.query(
    `INSERT INTO memberships (room_id, user_id, last_read_seq)
     SELECT $1, id, $3 FROM users WHERE id = $2 FOR KEY SHARE`,
    [room.id, user.id, room.lastSeq],
  );
  if (rowCount !== 1) throw new AppError('unauthenticated', 'This account is gone.');
}

function tell(room: Room, user: User): void {
  publish({ type: 'member:added', roomId: room.id, room: room.name, user });
  publish({ type: 'room:added', room, userId: user.id });
}

/**
 * Lets the actor in by a link. Whoever is in already is led there, and counts for nothing. Whoever was removed by somebody else stays
 * out: to add them again is the owner's decision, and a link that goes round is none.
 *
 * @param address where the request came from
 * @returns the room; null for an invitation to the service alone, where the actor already is
 * @throws AppError `rate_limited`; `not_found` for a link that is not good (any more); `forbidden` for who was removed; `unavailable`
 */
export async function acceptInvitation(actor: Actor, token: string, address: string): Promise<{ room: Room | null }> {
  await limit('inviteAddress', address);
  await limit('command', actor.id);
  const invited = await look(actor, token);
  if (!invited) throw dead();
  const { roomId } = invited;
  if (roomId === null) return { room: null };
  const user = { id: actor.id, username: actor.username };
  const { room } = await writer().perform(
    { id: roomId },
    async (client) => {
      const held = await holdInvitedRoom(client, actor.id, roomId);
      if (!held) throw dead();
      if (held.isMember) return { room: held.room, joined: false };
      if (!(await spendInvitation(client, token))) throw dead();
      if (held.wasRemoved) throw new AppError('forbidden', 'You were removed from this room.');
      await insertMember(client, held.room, user);
      return { room: held.room, joined: true };
    },
    ({ room, joined }) => joined && tell(room, user),
  );
  return { room };
}

/**
 * Makes somebody who has no account yet a member of a room, in the transaction that makes the account and uses the link up.
 *
 * @param work makes the account; it is refused there if the link is not good (any more)
 * @returns what `work` gives, and the room
 * @throws AppError `not_found` where the room is gone meanwhile, `unavailable`; whatever `work` throws
 */
export async function joinAsNewcomer<T extends { account: User }>(
  roomId: number,
  work: (client: Client) => Promise<T>,
): Promise<{ result: T; room: Room }> {
  return writer().perform(
    { id: roomId },
    async (client) => {
      const held = await holdInvitedRoom(client, null, roomId);
      const result = await work(client);
      if (!held) throw dead();
      await insertMember(client, held.room, result.account);
      return { result, room: held.room };
    },
    ({ result: { account }, room }) => tell(room, { id: account.id, username: account.username }),
  );
}
