import { z } from 'zod';
import type { Actor } from '../contracts/actor';
import type { Room } from '../contracts/entities';
import { LIMITS } from '../contracts/limits';
import { isCleanText, toRoomName } from '../contracts/values';
import { decodeCursor, encodeCursor, escapeLike } from '../cursor';
import { pool } from '../db';
import { presentRoom, ROOM_COLUMNS, type RoomRow } from './present';

/** A room's place in the order of a search. */
const placeSchema = z.tuple([z.int().min(0).max(3), z.number(), z.string().refine(isCleanText)]);

/**
 * Finds rooms that the actor may see (administrators: all) by name, best first: exact, prefix, prefix of a word, similar (contains the query, or
 * shares trigrams with it: pg_trgm's `word_similarity`, by the threshold that `lib/db` sets). An empty query lists all by name.
 *
 * @param input `q` as typed; `cursor` from the page before; `limit` rows at most
 * @throws AppError `unprocessable` for a cursor that is none
 */
export async function searchRooms(
  actor: Actor,
  input: { q: string; cursor?: string | undefined; limit?: number | undefined },
): Promise<{ rooms: Room[]; nextCursor: string | null }> {
  const q = toRoomName(input.q);
  const limit = input.limit ?? LIMITS.search.default;
  const after = input.cursor === undefined ? null : decodeCursor(placeSchema, input.cursor);
  const like = escapeLike(q);
  const { rows } = await pool().query<RoomRow & { rank: number; distance: number }>(
    `SELECT * FROM (
       SELECT ${ROOM_COLUMNS},
         CASE WHEN $2 = '' OR c.name = $2 THEN 0 WHEN c.name LIKE $3 || '%' THEN 1
              WHEN '-' || translate(c.name, '_', '-') LIKE '%-' || translate($3, '_', '-') || '%' THEN 2 ELSE 3 END AS rank,
         CASE WHEN $2 = '' THEN 0 ELSE 1 - word_similarity($2, c.name) END::float8 AS distance
       FROM chats c
       LEFT JOIN users o ON o.email = c.owner_id
       LEFT JOIN memberships s ON s.room_id = c.id AND s.user_id = $1
       WHERE ($2 = '' OR c.name LIKE '%' || $3 || '%' OR $2 <% c.name)
         AND ($8 OR s.removed_at IS NULL AND (c.visibility = 'public' OR s.user_id IS NOT NULL))
     ) found
     WHERE $4::int IS NULL OR (rank, distance, name) > ($4::int, $5::float8, $6::text)
     ORDER BY rank, distance, name
     LIMIT $7`,
    [
      actor.id,
      q,
      like,
      after?.[0] ?? null,
      after?.[1] ?? null,
      after?.[2] ?? null,
      limit + 1,
      actor.role === 'administrator',
    ],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    rooms: page.map(presentRoom),
    nextCursor: last ? encodeCursor([last.rank, last.distance, last.name]) : null,
  };
}
