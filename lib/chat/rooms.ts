import type { Actor } from '../contracts/actor';
import type { OwnRoom, Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { audit } from '../audit';
import { isUniqueViolation, pool } from '../db';
import { transaction } from '../queries';
import { kept } from '../statement-name';
import { holdRoom, type RoomAccess } from './access';
import { memberIdsOf } from './memberships';
import { presentOwnRoom, presentRoom, ROOM_COLUMNS, type OwnRoomRow, type RoomRow } from './present';
import { publish } from './publish';

/** What a new room is made of. */
export interface NewRoom {
  name: string;
  topic: string;
  visibility: Room['visibility'];
}

/**
 * Makes a room with its owner as the first member.
 *
 * @throws AppError `conflict` when the name is taken
 */
export async function createRoom(actor: Actor, { name, topic, visibility }: NewRoom): Promise<{ room: Room }> {
  try {
    const room = await transaction(async (client) => {
      await client.query('DELETE FROM former_names WHERE name = $1', [name]);
      const { rows } = await client.query<RoomRow>(
        // Not by the actor's address: that may have changed while this was under way.
        `WITH c AS (
           INSERT INTO chats (name, topic, visibility, owner_id)
           SELECT $1, $2, $3, email FROM users WHERE id = $4 RETURNING *
         ), s AS (
           INSERT INTO memberships (room_id, user_id, role) SELECT id, $4, 'owner' FROM c
         )
         SELECT ${ROOM_COLUMNS} FROM c JOIN users o ON o.email = c.owner_id`,
        [name, topic, visibility, actor.id],
      );
      const row = rows[0];
      if (!row) throw new AppError('unauthenticated', 'This account is gone.');
      return presentRoom(row);
    });
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

const OWN_ROOMS = `
SELECT ${ROOM_COLUMNS}, s.last_read_seq, m.author_id AS last_author_id, a.username AS last_author_username,
  left(m.body, 140) AS last_excerpt, m.created_at AS last_created_at
FROM memberships s
JOIN chats c ON c.id = s.room_id
LEFT JOIN users o ON o.email = c.owner_id
LEFT JOIN messages m ON m.room_id = c.id AND m.seq = c.last_seq
LEFT JOIN users a ON a.id = m.author_id
WHERE s.user_id = $1 AND s.removed_at IS NULL
ORDER BY c.last_activity_at DESC, c.id DESC`;

/** The rooms that the actor is a member of, latest activity first. */
export async function listRooms(actor: Actor): Promise<{ rooms: OwnRoom[] }> {
  const { rows } = await pool().query<OwnRoomRow>(kept(OWN_ROOMS, [actor.id]));
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

/**
 * Deletes a room with everything in it, and tells everyone who was a member.
 *
 * @throws AppError `not_found`, `forbidden` when that has become so meanwhile
 */
export async function deleteRoom(actor: Actor, access: RoomAccess): Promise<void> {
  const { room, memberIds } = await transaction(async (client) => {
    const { room } = await holdRoom(client, actor, access.room.id, 'manage');
    const memberIds = await memberIdsOf(client, room.id);
    await audit(client, actor, { action: 'room:deleted', room, details: { messages: room.lastSeq } });
    await client.query('DELETE FROM chats WHERE id = $1', [room.id]);
    return { room, memberIds };
  });
  publish({ type: 'room:deleted', roomId: room.id, room: room.name, memberIds });
}
