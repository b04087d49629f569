import type { ClientBase } from 'pg';
import type { Actor } from '../contracts/actor';
import type { User } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { FIELD_MESSAGES } from '../contracts/values';
import { pool } from '../db';
import { accessRoom, type RoomAccess } from './access';
import { publish } from './publish';

/**
 * Makes the actor a member of a public room, if they are none yet: read up to its latest message, and told to the room. The
 * membership that comes back is the one that stands.
 *
 * @param attempts how often to try, where the actor comes and goes over other connections at the same time
 * @throws AppError `not_found`, `forbidden` when the room is deleted or closed to the actor meanwhile; `unavailable` after all attempts
 */
export async function ensureMember(actor: Actor, access: RoomAccess, attempts = 5): Promise<RoomAccess> {
  if (access.membership) return access;
  const { room } = access;
  // The lock waits for whoever is just making the room private.
  const { rows } = await pool().query<{ last_read_seq: number; joined_at: Date }>(
    `WITH room AS (SELECT id, last_seq FROM chats WHERE id = $1 AND visibility = 'public' FOR SHARE)
     INSERT INTO memberships (room_id, user_id, last_read_seq) SELECT id, $2, last_seq FROM room
     ON CONFLICT (room_id, user_id) DO NOTHING
     RETURNING last_read_seq, joined_at`,
    [room.id, actor.id],
  );
  const row = rows[0];
  if (!row) {
    // They have come in another way at this moment, and may have left again, or may no longer come in.
    const now = await accessRoom(actor, room.name);
    if (now.membership || attempts > 1) return ensureMember(actor, now, attempts - 1);
    throw new AppError('unavailable', 'This room is just being changed: try again.', { retryAfterMs: 1_000 });
  }
  const user = { id: actor.id, username: actor.username };
  publish({ type: 'member:added', roomId: room.id, room: room.name, user });
  publish({ type: 'room:added', room, userId: actor.id });
  const joinedAt = row.joined_at.toISOString();
  return { ...access, membership: { role: 'member', lastReadSeq: row.last_read_seq, joinedAt } };
}

/**
 * Who has this username, whatever its case.
 *
 * @param field the name of the input's field, for the error
 * @throws AppError `not_found`
 */
export async function findUser(
  username: string,
  field: string,
  client: Pick<ClientBase, 'query'> = pool(),
): Promise<User> {
  const { rows } = await client.query<User>('SELECT id, username FROM users WHERE lower(username) = lower($1)', [
    username,
  ]);
  if (rows[0]) return rows[0];
  const message = FIELD_MESSAGES.nobody;
  throw new AppError('not_found', message, { errors: [{ path: field, message }] });
}

/** The ids of a room's members. */
export async function memberIdsOf(client: Pick<ClientBase, 'query'>, roomId: number): Promise<number[]> {
  const { rows } = await client.query<{ user_id: number }>(
    'SELECT user_id FROM memberships WHERE room_id = $1 AND removed_at IS NULL',
    [roomId],
  );
  return rows.map((row) => row.user_id);
}

/**
 * Moves the actor's read position forward, never back. Who may read here without being a member has no place that is kept.
 *
 * @param connectionId the connection on which it was read; the actor's others are told
 * @returns how many messages remain unread
 * @throws AppError `not_found` when the room or the membership is gone meanwhile, `unprocessable` beyond the last message
 */
export async function readRoom(
  actor: Actor,
  { room, membership }: RoomAccess,
  seq: number,
  connectionId: string | undefined,
): Promise<{ unread: number }> {
  if (!membership) {
    refuseBeyond(room.lastSeq, seq);
    return { unread: room.lastSeq - seq };
  }
  const { rows } = await pool().query<{ last_seq: number; last_read_seq: number; moved: boolean }>(
    `WITH room AS (SELECT id, last_seq FROM chats WHERE id = $1),
          moved AS (
            UPDATE memberships s SET last_read_seq = $3 FROM room
            WHERE s.room_id = room.id AND s.user_id = $2 AND s.last_read_seq < $3 AND $3 <= room.last_seq
            RETURNING s.last_read_seq)
     SELECT room.last_seq, coalesce((SELECT last_read_seq FROM moved), s.last_read_seq) AS last_read_seq,
            EXISTS (SELECT FROM moved) AS moved
     FROM room JOIN memberships s ON s.room_id = room.id AND s.user_id = $2 AND s.removed_at IS NULL`,
    [room.id, actor.id, seq],
  );
  const row = rows[0];
  if (!row) throw new AppError('not_found', 'There is no such room.');
  refuseBeyond(row.last_seq, seq);
  const unread = row.last_seq - row.last_read_seq;
  if (row.moved) {
    publish({
      type: 'room:read',
      roomId: room.id,
      room: room.name,
      userId: actor.id,
      seq: row.last_read_seq,
      unread,
      connectionId,
    });
  }
  return { unread };
}

function refuseBeyond(lastSeq: number, seq: number): void {
  if (seq <= lastSeq) return;
  throw new AppError('unprocessable', `The room's latest message is number ${lastSeq}.`, {
    errors: [{ path: 'seq', message: FIELD_MESSAGES.beyond }],
  });
}
