import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { issueToken } from '@/lib/auth/tokens';
import { LIMITS } from '@/lib/contracts/limits';

/** How large a service is, seen by one of its users and from one of its rooms. */
export interface WorldSize {
  /** messages in that room */
  messages: number;
  /** members of that room */
  members: number;
  /** rooms of the service */
  rooms: number;
  /** how many of them are the user's */
  ownRooms: number;
}

/** The room that things are done in; its user is the first account. */
export const ROOM = 'measured';

/** Messages and members of every other room, and the people that a service has at least. */
const OTHERS = { messages: 20, members: 5 };
const PEOPLE = 50;
/** Rows written by one statement: as much as stays quick to abort. */
const BATCH = 100_000;
/** Of what other rooms' names are made; names of rooms repeat words in life too. */
const WORDS = `ARRAY['garden','release','support','design','travel','kitchen','backend','mobile','finance','summer','weekly','ideas',
  'reading','office','random','board','hiring','legal','music','running']`;

/**
 * Fills a migrated, empty database in which ids hence count from 1: user 1 is a member of the first rooms, and room 1 is the one measured. Numbers,
 * revisions, memberships and owners agree as they do after real use; no password is hashed.
 *
 * @param secret the service's, which the user's token is encrypted with
 * @returns the user's token
 */
export async function createWorld(client: pg.Client, secret: string, size: WorldSize): Promise<string> {
  const people = Math.max(PEOPLE, size.members);
  await client.query(
    `INSERT INTO users (email, username, username_skeleton, hashed_password)
     SELECT 'person-' || n || '@example.org', 'person-' || n, 'person-' || n, '' FROM generate_series(1, $1::int) n`,
    [people],
  );
  // Person 2 owns the measured room; every other room is its first member's.
  await client.query(
    `INSERT INTO chats (name, owner_id, last_seq, revision, last_activity_at)
     SELECT CASE WHEN n = 1 THEN '${ROOM}' ELSE w[1 + n % 20] || '-' || w[1 + n / 20 % 20] || '-' || n END,
       'person-' || CASE WHEN n = 1 THEN 2 ELSE 2 + n * ${OTHERS.members} % ($2::int - 1) END || '@example.org',
       seq, seq, now() - n * interval '1 second'
     FROM generate_series(1, $1::int) n, (SELECT ${WORDS} AS w) words,
       LATERAL (SELECT CASE WHEN n = 1 THEN $3::int ELSE ${OTHERS.messages} END AS seq) l`,
    [size.rooms, people, size.messages],
  );
  await client.query(
    `INSERT INTO memberships (room_id, user_id, role, last_read_seq)
     SELECT 1, n, CASE WHEN n = 2 THEN 'owner'::membership_role ELSE 'member' END, $2 FROM generate_series(1, $1::int) n`,
    [size.members, size.messages],
  );
  await client.query(
    `INSERT INTO memberships (room_id, user_id, role, last_read_seq)
     SELECT r, 2 + (r * ${OTHERS.members} + k) % ($2::int - 1), CASE WHEN k = 0 THEN 'owner'::membership_role ELSE 'member' END, 0
     FROM generate_series(2, $1::int) r, generate_series(0, ${OTHERS.members - 1}) k`,
    [size.rooms, people],
  );
  await client.query(
    `INSERT INTO memberships (room_id, user_id, last_read_seq)
     SELECT r, 1, r % ${OTHERS.messages} FROM generate_series(2, $1::int) r`,
    [size.ownRooms],
  );
  for (let from = 1; from <= size.messages; from += BATCH) {
    await client.query(
      `INSERT INTO messages (room_id, seq, revision, author_id, body, client_message_id)
       SELECT 1, n, n, 1 + n % $3::int, rpad('message ' || n, 100, ' said'), gen_random_uuid() FROM generate_series($1::int, $2::int) n`,
      [from, Math.min(size.messages, from + BATCH - 1), size.members],
    );
  }
  await client.query(
    `INSERT INTO messages (room_id, seq, revision, author_id, body, client_message_id)
     SELECT r, n, n, 2 + (r * ${OTHERS.members} + n % ${OTHERS.members}) % ($2::int - 1), rpad('message ' || n, 100, ' said'), gen_random_uuid()
     FROM generate_series(2, $1::int) r, generate_series(1, ${OTHERS.messages}) n`,
    [size.rooms, people],
  );
  const tokenId = randomUUID();
  const expiresAt = new Date(Date.now() + LIMITS.sessionSeconds * 1_000);
  await client.query('INSERT INTO sessions (token_id, user_id, expires_at) VALUES ($1, 1, $2)', [tokenId, expiresAt]);
  // As autovacuum leaves a database that has been running: statistics, and pages known to be visible to all.
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
  return issueToken({ userId: 1, tokenId, expiresAt }, { secret, previousSecret: undefined });
}
