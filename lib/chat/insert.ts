import type pg from 'pg';
import type { Message, User } from '../contracts/entities';
import { metrics } from '../metrics';
import type { RoomRef } from './command';
import { MESSAGE_COLUMNS, presentMessage, type MessageRow } from './present';

/** A message on its way into a room. */
export interface Draft {
  room: RoomRef;
  author: User;
  body: string;
  /** lower-case UUID, or null: then a retry cannot be told from a second message */
  clientMessageId: string | null;
}

/**
 * One statement for all rooms: rows of `chats` are locked in order of id (so that two nodes cannot deadlock), each room's
 * fresh messages get the next numbers in the order they arrived. Left out are duplicates, and messages of who is no member (any
 * more): they were one when they were let in. The author has read their own.
 *
 * Who is a member is read before the room is locked. Where another node has closed the room to somebody while this waited for the lock,
 * nothing is stored in it, and a row without `ord` says so: then the same is to be asked again.
 *
 * The plan is kept, and made for no batch in particular. `generate_subscripts` has PostgreSQL reckon with a thousand rows, where it would
 * compare each with each if it reckoned with the ten of `unnest`; `OFFSET 0` has it look each of them up by an index, whatever it
 * reckons with (200 messages took 11.5 ms, and now 6.9).
 */
const INSERT = `
WITH input AS (
  SELECT * FROM ROWS FROM (
    unnest($1::int[]), unnest($2::int[]), unnest($3::text[]), unnest($4::uuid[]), generate_subscripts($1::int[], 1)
  ) AS t(room_id, author_id, body, client_message_id, ord)
), fresh AS (
  SELECT i.*, (row_number() OVER room)::int AS n, lead(i.ord) OVER room IS NULL AS is_last,
    lead(i.ord) OVER (PARTITION BY i.room_id, i.author_id ORDER BY i.ord) IS NULL AS is_last_own
  FROM input i
  WHERE NOT EXISTS (SELECT FROM messages m WHERE m.room_id = i.room_id AND m.author_id = i.author_id
                    AND m.client_message_id = i.client_message_id OFFSET 0)
    AND EXISTS (SELECT FROM memberships s WHERE s.room_id = i.room_id AND s.user_id = i.author_id AND s.removed_at IS NULL OFFSET 0)
  WINDOW room AS (PARTITION BY i.room_id ORDER BY i.ord)
), known AS (
  SELECT id, closings FROM chats WHERE id = ANY(ARRAY(SELECT room_id FROM fresh WHERE is_last))
), locked AS (
  SELECT id, closings FROM chats WHERE id = ANY(ARRAY(SELECT room_id FROM fresh WHERE is_last)) ORDER BY id FOR UPDATE
), counted AS (
  UPDATE chats c SET last_seq = c.last_seq + f.n, revision = c.revision + f.n, last_activity_at = now()
  FROM fresh f JOIN locked ON locked.id = f.room_id JOIN known USING (id, closings)
  WHERE f.is_last AND c.id = f.room_id
  RETURNING c.id, c.last_seq - f.n AS seq, c.revision - f.n AS revision, c.closings
), numbered AS (
  SELECT f.*, c.seq + f.n AS seq, c.revision + f.n AS revision, c.closings FROM fresh f JOIN counted c ON c.id = f.room_id
), inserted AS (
  INSERT INTO messages (room_id, seq, revision, author_id, body, client_message_id, created_at)
  SELECT room_id, seq, revision, author_id, body, client_message_id, now() FROM numbered
), seen AS (
  UPDATE memberships s SET last_read_seq = greatest(s.last_read_seq, m.seq) FROM numbered m
  WHERE m.is_last_own AND s.room_id = m.room_id AND s.user_id = m.author_id
)
SELECT ord, room_id, seq, revision, closings, now()::timestamptz(3) AS created_at FROM numbered
UNION ALL
SELECT NULL, id, NULL, NULL, NULL, NULL FROM locked JOIN known USING (id) WHERE locked.closings <> known.closings`;

interface StoredRow {
  ord: number;
  seq: number;
  revision: number;
  closings: number;
  created_at: Date;
}

type InsertedRow = StoredRow | { ord: null; room_id: number };

/** What was just stored. */
export interface Inserted {
  /** of each draft its message, or undefined where it was left out */
  messages: (Message | undefined)[];
  /** by room, how often it had been closed to somebody by then */
  closings: ReadonlyMap<number, number>;
  /** rooms in which nothing was stored, because they were closed to somebody meanwhile: to be tried again at once */
  overtaken: ReadonlySet<number>;
}

/** What makes two drafts the same message. */
export function keyOf(draft: Draft): string | null {
  return draft.clientMessageId === null ? null : `${draft.room.id}/${draft.author.id}/${draft.clientMessageId}`;
}

/**
 * The messages that are stored under the ids of some drafts.
 *
 * @returns by {@link keyOf}
 */
export async function findStored(client: pg.Client, drafts: readonly Draft[]): Promise<Map<string, Message>> {
  const { rows } = await client.query<MessageRow>(
    `SELECT ${MESSAGE_COLUMNS}
     FROM unnest($1::int[], $2::int[], $3::uuid[]) AS k(room_id, author_id, client_message_id)
     JOIN messages m USING (room_id, author_id, client_message_id)
     LEFT JOIN users a ON a.id = m.author_id`,
    [
      drafts.map((draft) => draft.room.id),
      drafts.map((draft) => draft.author.id),
      drafts.map((draft) => draft.clientMessageId),
    ],
  );
  return new Map(rows.map((row) => [`${row.room_id}/${row.author_id}/${row.client_message_id}`, presentMessage(row)]));
}

/**
 * Stores a batch of messages durably, in one statement. Left out are those that are stored already, those whose room, or whose author's
 * membership, is gone, and all of a room that was closed to somebody meanwhile.
 *
 * @param client whose planner suits it, see `lib/chat/writer-connection.ts`
 * @param batch no two drafts of which are the same message
 * @returns messages in the order of their drafts
 * @throws whatever node-postgres does; the batch is then stored as a whole or not at all
 */
export async function insertMessages(client: pg.Client, batch: readonly Draft[]): Promise<Inserted> {
  const begun = performance.now();
  const { rows } = await client.query<InsertedRow>({
    name: 'insert-messages',
    text: INSERT,
    values: [
      batch.map((draft) => draft.room.id),
      batch.map((draft) => draft.author.id),
      batch.map((draft) => draft.body),
      batch.map((draft) => draft.clientMessageId),
    ],
  });
  metrics().meters?.batch(batch.length, performance.now() - begun);
  const inserted = new Map<number, StoredRow>();
  const overtaken = new Set<number>();
  for (const row of rows) {
    if (row.ord === null) overtaken.add(row.room_id);
    else inserted.set(row.ord - 1, row);
  }
  const closings = new Map<number, number>();
  const messages = batch.map((draft, index) => {
    const row = inserted.get(index);
    if (row) closings.set(draft.room.id, row.closings);
    return row && freshMessage(draft, row);
  });
  return { messages, closings, overtaken };
}

function freshMessage({ room, author, body, clientMessageId }: Draft, row: StoredRow): Message {
  return {
    roomId: room.id,
    seq: row.seq,
    revision: row.revision,
    author,
    body,
    clientMessageId,
    createdAt: row.created_at.toISOString(),
    editedAt: null,
    deletedAt: null,
  };
}
