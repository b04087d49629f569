import { pool } from '../db';
import { gathered } from '../gathered';

/** Who of some users may still hear a room, and how often it had been closed to somebody when that was read. */
export interface Hearers {
  closings: number;
  memberIds: ReadonlySet<number>;
}

/**
 * Asks who of some users is a member of a room. What is asked together goes in one statement.
 *
 * @returns null where the room is gone
 * @throws what the pool throws
 */
export const hearersOf = gathered(
  async (questions: readonly { roomId: number; userIds: readonly number[] }[]): Promise<(Hearers | null)[]> => {
    const asked = questions.flatMap(({ roomId, userIds }) => userIds.map((userId) => [roomId, userId] as const));
    const { rows } = await pool().query<{ id: number; closings: number; members: number[] }>(
      `SELECT c.id, c.closings, ARRAY(
         SELECT q.user_id FROM unnest($2::int[], $3::int[]) AS q(room_id, user_id)
         JOIN memberships s ON s.room_id = q.room_id AND s.user_id = q.user_id AND s.removed_at IS NULL
         WHERE q.room_id = c.id
       ) AS members FROM chats c WHERE c.id = ANY($1::int[])`,
      [questions.map(({ roomId }) => roomId), asked.map(([roomId]) => roomId), asked.map(([, userId]) => userId)],
    );
    const rooms = new Map(rows.map((row) => [row.id, row]));
    return questions.map(({ roomId }) => {
      const row = rooms.get(roomId);
      return row ? { closings: row.closings, memberIds: new Set(row.members) } : null;
    });
  },
);
