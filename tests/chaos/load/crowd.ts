import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { issueToken } from '@/lib/auth/tokens';
import { LIMITS } from '@/lib/contracts/limits';
import type { ClientOptions, RoomTruth } from './orders';

/** A room of the crowd's, and what its members sign in with. */
export interface CrowdRoom {
  id: number;
  name: string;
  tokens: string[];
}

/** Clients behind one address: an office, well below the limit of connections by address. */
const PER_ADDRESS = 100;
/** Rows written by one statement. */
const BATCH = 5_000;

async function inBatches(count: number, write: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += BATCH) await write(from, Math.min(count, from + BATCH));
}

/**
 * Stores people who are signed in, and rooms with as many members each: nobody is in two. No password is hashed; these accounts
 * guard nothing.
 *
 * @param client of a migrated database
 * @param secret the service's, which their tokens are encrypted with
 */
export async function createCrowd(
  client: pg.Client,
  secret: string,
  { rooms, perRoom }: { rooms: number; perRoom: number },
): Promise<CrowdRoom[]> {
  const people = rooms * perRoom;
  const users: number[] = [];
  const tokenIds: string[] = [];
  const expiresAt = new Date(Date.now() + LIMITS.sessionSeconds * 1_000);
  await inBatches(people, async (from, to) => {
    const made = await client.query<{ id: number }>(
      `INSERT INTO users (email, username, username_skeleton, hashed_password)
       SELECT 'crowd-' || n || '@example.org', 'crowd-' || n, 'crowd-' || n, '' FROM generate_series($1::int, $2::int) n
       RETURNING id`,
      [from, to - 1],
    );
    const ids = made.rows.map(({ id }) => id);
    const names = ids.map(() => randomUUID());
    await client.query(
      `INSERT INTO sessions (token_id, user_id, user_agent, expires_at)
       SELECT t.token_id, t.user_id, 'crowd', $3 FROM unnest($1::uuid[], $2::int[]) AS t(token_id, user_id)`,
      [names, ids, expiresAt],
    );
    users.push(...ids);
    tokenIds.push(...names);
  });
  const made = await client.query<{ id: number; name: string }>(
    `INSERT INTO chats (name) SELECT 'crowd-' || n FROM generate_series(0, $1::int - 1) n RETURNING id, name`,
    [rooms],
  );
  await inBatches(people, (from, to) =>
    client.query(
      `INSERT INTO memberships (room_id, user_id)
       SELECT * FROM unnest($1::int[], $2::int[])`,
      [
        users.slice(from, to).map((_, index) => made.rows[Math.floor((from + index) / perRoom)]?.id),
        users.slice(from, to),
      ],
    ),
  );
  await client.query('ANALYZE');
  const tokens = await Promise.all(
    users.map((userId, index) =>
      issueToken({ userId, tokenId: tokenIds[index] ?? '', expiresAt }, { secret, previousSecret: undefined }),
    ),
  );
  return made.rows.map((room, index) => ({ ...room, tokens: tokens.slice(index * perRoom, (index + 1) * perRoom) }));
}

/**
 * Everyone in the crowd as a client, every second one over Socket.IO. On Linux all of 127.0.0.0/8 is loopback, so each hundred
 * get an address of their own, as the limits by address expect of a crowd.
 */
export function clientsOf(rooms: readonly CrowdRoom[]): ClientOptions[] {
  return rooms.flatMap(({ name, tokens }, roomIndex) =>
    tokens.map((token, index): ClientOptions => {
      const place = Math.floor((roomIndex * tokens.length + index) / PER_ADDRESS);
      return {
        protocol: index % 2 === 0 ? 'Socket.IO' : 'WebSocket',
        token,
        room: name,
        ...(process.platform === 'linux' && { address: `127.1.${Math.floor(place / 250)}.${(place % 250) + 1}` }),
      };
    }),
  );
}

/**
 * Writes messages at the end of every room, as another node would: what is committed while a server is away.
 *
 * @param count how many a room
 */
export async function writeEverywhere(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `WITH counted AS (
       UPDATE chats SET last_seq = last_seq + $1, revision = revision + $1, last_activity_at = now()
       RETURNING id, last_seq - $1 AS seq, revision - $1 AS revision
     )
     INSERT INTO messages (room_id, seq, revision, author_id, body)
     SELECT c.id, c.seq + n, c.revision + n, (SELECT min(user_id) FROM memberships s WHERE s.room_id = c.id),
       'meanwhile ' || n
     FROM counted c, generate_series(1, $1::int) n`,
    [count],
  );
}

/** The truth about every room, by name. */
export async function readTruth(client: pg.Client): Promise<Map<string, RoomTruth>> {
  const { rows } = await client.query<{ name: string; revision: number; bodies: string[] }>(
    `SELECT c.name, c.revision, coalesce(array_agg(m.body ORDER BY m.seq) FILTER (WHERE m.seq IS NOT NULL), '{}') AS bodies
     FROM chats c LEFT JOIN messages m ON m.room_id = c.id GROUP BY c.id`,
  );
  return new Map(rows.map(({ name, revision, bodies }) => [name, { revision, bodies }]));
}
