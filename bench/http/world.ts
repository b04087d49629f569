import type pg from 'pg';
import { createCrowd } from '../../tests/chaos/load/crowd';

/** Rooms of those who ask, messages in each of them, and other public rooms. */
export const OWN_ROOMS = 20;
export const MESSAGES = 60;
const OTHER_ROOMS = 200;
const PER_ROOM = 5;

/** A house that is lived in, and some who are at home there. */
export interface World {
  tokens: string[];
  /** the rooms that they all are in */
  rooms: string[];
}

/** The beginning of the text of a message, which tells it from all others. */
export function textOf(room: string, seq: number): string {
  return `Message ${seq} of ${room}.`;
}

/**
 * Fills a database: everybody has read everything.
 *
 * @param client of a migrated database
 * @param secret the service's, which tokens are encrypted with
 */
export async function createWorld(client: pg.Client, secret: string): Promise<World> {
  const rooms = await createCrowd(client, secret, { rooms: OWN_ROOMS + OTHER_ROOMS, perRoom: PER_ROOM });
  const own = rooms.slice(0, OWN_ROOMS);
  const [first] = own;
  if (!first) throw new Error('No room was made');
  // The first room's members come into the others.
  await client.query(
    `INSERT INTO memberships (room_id, user_id)
     SELECT id, user_id FROM unnest($1::int[]) AS id, memberships WHERE room_id = $2 AND id <> $2`,
    [own.map(({ id }) => id), first.id],
  );
  await client.query(
    `INSERT INTO messages (room_id, seq, revision, author_id, body)
     SELECT c.id, n, n, authors.ids[1 + n % cardinality(authors.ids)],
       'Message ' || n || ' of ' || c.name || '.' || repeat(' And some more words.', n % 8)
     FROM chats c
     JOIN (SELECT room_id, array_agg(user_id) AS ids FROM memberships GROUP BY room_id) authors ON authors.room_id = c.id,
       generate_series(1, $1::int) n`,
    [MESSAGES],
  );
  await client.query('UPDATE chats SET last_seq = $1, revision = $1', [MESSAGES]);
  await client.query('UPDATE memberships SET last_read_seq = $1', [MESSAGES]);
  await client.query('VACUUM ANALYZE');
  return { tokens: first.tokens, rooms: own.map(({ name }) => name) };
}

/** How many messages were written since. */
export async function countWritten(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM messages WHERE seq > $1', [
    MESSAGES,
  ]);
  return rows[0]?.count ?? Number.NaN;
}
