import { z } from 'zod';
import type { Actor } from '../contracts/actor';
import { listSchema, type ManagedRoom } from '../contracts/administration';
import type { Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { parseInput } from '../contracts/parse-input';
import { isCleanText, toRoomName } from '../contracts/values';
import { decodeCursor, encodeCursor, escapeLike } from '../cursor';
import { limit } from '../limits';
import { read } from '../queries';
import { accessRoom } from './access';
import { presentRoom, ROOM_COLUMNS, type RoomRow } from './present';

const placeSchema = z.tuple([z.string().refine(isCleanText)]);

type ManagedRoomRow = RoomRow & { member_count: number; last_activity_at: Date };

/**
 * Every room by name, private ones too, for administrators. Nothing of what is said in them.
 *
 * @param input whatever came for {@link listSchema}; `q` is a part of the name
 * @throws AppError `rate_limited`; `forbidden` for who is no administrator; `unprocessable`; `unavailable`
 */
export async function listAllRooms(
  actor: Actor,
  input: unknown,
): Promise<{ rooms: ManagedRoom[]; nextCursor: string | null }> {
  await limit('search', actor.id);
  if (actor.role !== 'administrator') throw new AppError('forbidden', 'Only an administrator may do this.');
  const { q, cursor, limit: size = LIMITS.search.default } = parseInput(listSchema, input);
  const after = cursor === undefined ? null : decodeCursor(placeSchema, cursor)[0];
  const rows = await read<ManagedRoomRow>(
    `SELECT ${ROOM_COLUMNS}, c.last_activity_at, (
       SELECT count(*)::int FROM memberships s WHERE s.room_id = c.id AND s.removed_at IS NULL
     ) AS member_count
     FROM chats c LEFT JOIN users o ON o.email = c.owner_id
     WHERE c.name LIKE '%' || $1 || '%' AND ($2::text IS NULL OR c.name > $2::text)
     ORDER BY c.name
     LIMIT $3`,
    [escapeLike(toRoomName(q)), after, size + 1],
  );
  const page = rows.slice(0, size);
  const last = rows.length > size ? page.at(-1) : undefined;
  return {
    rooms: page.map((row) => ({
      ...presentRoom(row),
      memberCount: row.member_count,
      lastActivityAt: row.last_activity_at.toISOString(),
    })),
    nextCursor: last ? encodeCursor([last.name]) : null,
  };
}

/**
 * A room for who may change or delete it without being its member: an administrator, in whose list a private room stands.
 *
 * @param name the room's name, already normalised
 * @throws AppError as `accessRoom` does
 */
export async function roomToManage(actor: Actor, name: string): Promise<{ room: Room }> {
  return accessRoom(actor, name, 'manage');
}
