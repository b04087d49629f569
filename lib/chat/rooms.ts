import type { Actor } from '../contracts/actor';
import type { OwnRoom, Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { isUniqueViolation, pool, prisma } from '../db';
import type { RoomAccess } from './access';
import { presentOwnRoom, presentRoom, ROOM_COLUMNS, type OwnRoomRow, type RoomRow } from './present';
import { publish } from './publish';

/**
 * Makes a room with its owner as the first member.
 *
 * @throws AppError `conflict` when the name is taken
 */
export async function createRoom(actor: Actor, input: { name: string; topic: string }): Promise<{ room: Room }> {
  try {
    const [, row] = await prisma().$transaction([
      prisma().formerName.deleteMany({ where: { name: input.name } }),
      prisma().room.create({
        data: {
          ...input,
          // Not by address: that may have changed while this was under way.
          owner: { connect: { id: actor.id } },
          memberships: { create: { userId: actor.id, role: 'owner' } },
        },
      }),
    ]);
    const room: Room = {
      id: row.id,
      name: row.name,
      topic: row.topic,
      visibility: row.visibility,
      owner: { id: actor.id, username: actor.username },
      lastSeq: row.lastSeq,
      revision: row.revision,
      createdAt: row.createdAt.toISOString(),
    };
    publish({ type: 'room:added', room, userId: actor.id });
    return { room };
  } catch (error) {
    throw nameTaken(error);
  }
}

/** What a unique name that is taken means to the client; any other error as it is. */
export function nameTaken(error: unknown): unknown {
  if (!isUniqueViolation(error)) return error;
  const message = 'A room with this name exists already.';
  return new AppError('conflict', message, { errors: [{ path: 'name', message }] });
}

/** The rooms that the actor is a member of, latest activity first. */
export async function listRooms(actor: Actor): Promise<{ rooms: OwnRoom[] }> {
  const { rows } = await pool().query<OwnRoomRow>(
    `SELECT ${ROOM_COLUMNS}, s.last_read_seq, m.author_id AS last_author_id, a.username AS last_author_username,
       left(m.body, 140) AS last_excerpt, m.created_at AS last_created_at
     FROM memberships s
     JOIN chats c ON c.id = s.room_id
     LEFT JOIN users o ON o.email = c.owner_id
     LEFT JOIN messages m ON m.room_id = c.id AND m.seq = c.last_seq
     LEFT JOIN users a ON a.id = m.author_id
     WHERE s.user_id = $1 AND s.removed_at IS NULL
     ORDER BY c.last_activity_at DESC, c.id DESC`,
    [actor.id],
  );
  return { rooms: rows.map(presentOwnRoom) };
}

/** Rooms by their ids, as everyone in them sees them; those that are gone are left out. */
export async function readRooms(ids: readonly number[]): Promise<Room[]> {
  const { rows } = await pool().query<RoomRow>(
    `SELECT ${ROOM_COLUMNS} FROM chats c LEFT JOIN users o ON o.email = c.owner_id WHERE c.id = ANY($1)`,
    [ids],
  );
  return rows.map(presentRoom);
}

/** Deletes a room with everything in it, and tells everyone who was a member. */
export async function deleteRoom({ room }: RoomAccess): Promise<void> {
  const { rows } = await pool().query<{ member_ids: number[] }>(
    `WITH members AS (SELECT user_id FROM memberships WHERE room_id = $1 AND removed_at IS NULL),
          gone AS (DELETE FROM chats WHERE id = $1 RETURNING id)
     SELECT ARRAY(SELECT user_id FROM members) AS member_ids FROM gone`,
    [room.id],
  );
  const row = rows[0];
  if (!row) throw new AppError('not_found', 'There is no such room.');
  publish({ type: 'room:deleted', roomId: room.id, room: room.name, memberIds: row.member_ids });
}
