import type { PoolClient } from 'pg';
import type { Message, Room, User } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { isUnavailable, writerPool } from '../db';
import { MESSAGE_COLUMNS, presentMessage, type MessageRow } from './present';
import { publish } from './publish';

/** A message on its way into a room. */
export interface Draft {
  room: Room;
  author: User;
  body: string;
  /** lower-case UUID, or null: then a retry cannot be told from a second message */
  clientMessageId: string | null;
}

/** The stored message, and whether this call is what stored it. */
export interface Written {
  message: Message;
  created: boolean;
}

interface Pending extends Draft {
  resolve(written: Written): void;
  reject(error: unknown): void;
}

/** Rows in one statement: beyond some hundreds a batch wins nothing more, and a slow one delays everybody in it. */
const BATCH = 256;
/** Drafts waiting at most; more means the database is not keeping up, and the sender is told to come back. */
const QUEUE = 20_000;

/**
 * One statement for all rooms: rows of `chats` are locked in order of id (so that two nodes cannot deadlock), each room's
 * fresh messages get the next numbers in the order they arrived, and duplicates are left out. The author has read their own.
 */
const INSERT = `
WITH input AS (
  SELECT * FROM unnest($1::int[], $2::int[], $3::text[], $4::uuid[]) WITH ORDINALITY
    AS t(room_id, author_id, body, client_message_id, ord)
), fresh AS (
  SELECT i.*, row_number() OVER (PARTITION BY i.room_id ORDER BY i.ord)::int AS n FROM input i
  WHERE NOT EXISTS (SELECT FROM messages m WHERE m.room_id = i.room_id AND m.author_id = i.author_id
                    AND m.client_message_id = i.client_message_id)
), locked AS (
  SELECT id FROM chats WHERE id IN (SELECT room_id FROM fresh) ORDER BY id FOR UPDATE
), counted AS (
  UPDATE chats c SET last_seq = c.last_seq + f.n, revision = c.revision + f.n, last_activity_at = now()
  FROM (SELECT room_id, count(*)::int AS n FROM fresh JOIN locked ON locked.id = room_id GROUP BY room_id) f
  WHERE c.id = f.room_id
  RETURNING c.id, c.last_seq - f.n AS seq, c.revision - f.n AS revision
), inserted AS (
  INSERT INTO messages (room_id, seq, revision, author_id, body, client_message_id)
  SELECT f.room_id, c.seq + f.n, c.revision + f.n, f.author_id, f.body, f.client_message_id
  FROM fresh f JOIN counted c ON c.id = f.room_id
  RETURNING room_id, seq, revision, created_at
), seen AS (
  UPDATE memberships s SET last_read_seq = greatest(s.last_read_seq, r.seq)
  FROM (SELECT f.room_id, f.author_id, max(c.seq + f.n) AS seq FROM fresh f JOIN counted c ON c.id = f.room_id GROUP BY 1, 2) r
  WHERE s.room_id = r.room_id AND s.user_id = r.author_id
)
SELECT f.ord::int AS ord, i.seq, i.revision, i.created_at
FROM inserted i JOIN counted c ON c.id = i.room_id JOIN fresh f ON f.room_id = i.room_id AND c.seq + f.n = i.seq`;

interface InsertedRow {
  ord: number;
  seq: number;
  revision: number;
  created_at: Date;
}

const keyOf = (draft: Draft) => `${draft.room.id}/${draft.author.id}/${draft.clientMessageId}`;

/** The group commit: what arrives while a commit is in flight goes together in the next. */
export class Writer {
  #queue: Pending[] = [];
  #running: Promise<void> | null = null;

  /**
   * Stores a message durably, after everything that was given to this writer before it.
   *
   * @returns the message once it is committed, or the stored one for a `clientMessageId` seen before
   * @throws AppError `not_found` when the room is gone, `unavailable` when the database is, or the queue is full
   */
  write(draft: Draft): Promise<Written> {
    if (this.#queue.length >= QUEUE) {
      throw new AppError('unavailable', 'Too many messages are waiting to be stored: try again shortly.', {
        retryAfterMs: 1_000,
      });
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...draft, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is waiting any more. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the loop, so that what one read of the sockets brought goes together.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const { batch, repeats } = this.#take();
      try {
        await this.#commit(batch);
      } catch (error) {
        await this.#isolate(batch, error);
      }
      // They wait for the first of their kind: by now it is stored (or was refused), and they are answered alike.
      this.#queue.unshift(...repeats);
    }
    this.#running = null;
  }

  /** The next batch; a second draft with the same key cannot share a statement with the first. */
  #take(): { batch: Pending[]; repeats: Pending[] } {
    const taken = this.#queue.splice(0, BATCH);
    const keys = new Set<string>();
    const batch: Pending[] = [];
    const repeats: Pending[] = [];
    for (const draft of taken) {
      const key = draft.clientMessageId === null ? null : keyOf(draft);
      if (key !== null && keys.has(key)) repeats.push(draft);
      else batch.push(draft);
      if (key !== null) keys.add(key);
    }
    return { batch, repeats };
  }

  async #commit(batch: Pending[]): Promise<void> {
    const client = await writerPool().connect();
    let written: Map<number, InsertedRow>;
    let stored: Map<string, Message>;
    try {
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
      written = new Map(rows.map((row) => [row.ord - 1, row]));
      const missing = batch.filter((_, index) => !written.has(index));
      stored = missing.length > 0 ? await findStored(client, missing) : new Map<string, Message>();
    } catch (error) {
      client.release(isUnavailable(error));
      throw error;
    }
    client.release();
    settle(batch, written, stored);
  }

  /** A batch failed. If one draft alone is at fault, its neighbours must not suffer; if the connection broke, nobody knows. */
  async #isolate(batch: Pending[], error: unknown): Promise<void> {
    if (isUnavailable(error)) {
      for (const roomId of new Set(batch.map((draft) => draft.room.id))) publish({ type: 'room:uncertain', roomId });
      for (const draft of batch) draft.reject(error);
      return;
    }
    if (batch.length === 1) {
      batch[0]?.reject(error);
      return;
    }
    for (const draft of batch) {
      await this.#commit([draft]).catch((reason: unknown) => this.#isolate([draft], reason));
    }
  }
}

async function findStored(client: PoolClient, drafts: Draft[]): Promise<Map<string, Message>> {
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

/** Acknowledges what is committed, then publishes it: one event for each room. */
function settle(batch: Pending[], written: Map<number, InsertedRow>, stored: Map<string, Message>): void {
  const byRoom = new Map<number, { room: Room; messages: Message[] }>();
  batch.forEach((draft, index) => {
    const row = written.get(index);
    if (!row) {
      const message = draft.clientMessageId === null ? undefined : stored.get(keyOf(draft));
      if (message) draft.resolve({ message, created: false });
      else draft.reject(new AppError('not_found', 'There is no such room.'));
      return;
    }
    const message: Message = {
      roomId: draft.room.id,
      seq: row.seq,
      revision: row.revision,
      author: draft.author,
      body: draft.body,
      clientMessageId: draft.clientMessageId,
      createdAt: row.created_at.toISOString(),
      editedAt: null,
      deletedAt: null,
    };
    const group = byRoom.get(draft.room.id);
    if (group) group.messages.push(message);
    else byRoom.set(draft.room.id, { room: draft.room, messages: [message] });
    draft.resolve({ message, created: true });
  });
  for (const { room, messages } of byRoom.values()) {
    messages.sort((a, b) => a.seq - b.seq);
    publish({ type: 'messages:created', roomId: room.id, room: room.name, messages });
  }
}

const shared = globalThis as typeof globalThis & { besedaWriter?: Writer };

/** The process's one writer. */
export function writer(): Writer {
  return (shared.besedaWriter ??= new Writer());
}
