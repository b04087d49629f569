import type pg from 'pg';
import type { StoredRoom } from './check';
import { identify, Unreadable } from './observed';
import { Timeline } from './timeline';

interface Row {
  seq: number;
  revision: number;
  author_id: number | null;
  body: string;
  client_message_id: string | null;
  deleted: boolean;
}

/** Rows read at a time. */
const PAGE = 20_000;

/**
 * Reads a room as the database has it.
 *
 * @param client a connection of the harness's own
 * @param id the room's
 */
export async function readStored(client: pg.Client, id: number): Promise<StoredRoom> {
  const { rows } = await client.query<{ last_seq: number; revision: number }>(
    'SELECT last_seq, revision FROM chats WHERE id = $1',
    [id],
  );
  const room = rows[0];
  if (!room) throw new Error(`Room ${id} is not in the database`);
  const timeline = new Timeline();
  const authors = new Int32Array(room.last_seq + PAGE);
  const unreadable: string[] = [];
  for (let after = 0; ;) {
    const page = await client.query<Row>(
      `SELECT seq, revision, author_id, body, client_message_id, deleted_at IS NOT NULL AS deleted FROM messages
       WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      [id, after, PAGE],
    );
    for (const row of page.rows) {
      authors[row.seq] = row.author_id ?? 0;
      try {
        // What a deleted message said is the database's own business: nobody is told.
        const { key, edit } = identify(row.deleted ? '' : row.body, row.client_message_id, row.deleted);
        timeline.set(row.seq, row.revision, key, edit);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        unreadable.push(`message ${row.seq}: ${error.message}`);
      }
    }
    const last = page.rows.at(-1);
    if (!last) break;
    after = last.seq;
  }
  return { lastSeq: room.last_seq, revision: room.revision, timeline, authors, unreadable };
}
