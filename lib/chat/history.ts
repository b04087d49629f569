import { createHash } from 'node:crypto';
import type { Actor } from '../contracts/actor';
import type { Message, MessagePage, Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { FIELD_MESSAGES } from '../contracts/values';
import { pool } from '../db';
import { accessRoomWith, type RoomAccess } from './access';
import { MESSAGE_COLUMNS, presentMessage, type MessageRow } from './present';

/** A place in a room's history; with none of them, its end. */
export interface HistoryCursor {
  before?: number | undefined;
  after?: number | undefined;
  around?: number | undefined;
  since?: number | undefined;
}

const FROM = 'FROM messages m LEFT JOIN users a ON a.id = m.author_id WHERE m.room_id = c.id';

const OUTER_COLUMNS = `x.room_id, x.seq, x.message_revision, x.author_id, x.author_username, x.body, x.client_message_id,
  x.message_created_at, x.edited_at, x.deleted_at`;

function lateralSql({ before, after, around, since }: HistoryCursor, limit: number): { sql: string; params: number[] } {
  const select = `${MESSAGE_COLUMNS} ${FROM}`;
  if (since !== undefined) {
    return { sql: `${select} AND m.revision > q.a ORDER BY m.revision LIMIT q.b`, params: [since, limit] };
  }
  if (after !== undefined) return { sql: `${select} AND m.seq > q.a ORDER BY m.seq LIMIT q.b`, params: [after, limit] };
  if (before !== undefined) {
    return { sql: `${select} AND m.seq < q.a ORDER BY m.seq DESC LIMIT q.b`, params: [before, limit] };
  }
  if (around !== undefined) {
    const half = Math.ceil(limit / 2);
    // A window of numbers is a window of rows: seq has no gaps, so no second query is needed for the other side.
    const centre = 'greatest(1, least(q.a, c.last_seq))';
    return {
      // Said as an end too: PostgreSQL takes a range whose bounds it does not know for a ninth of the room, and reads all of it.
      sql: `${select} AND m.seq > ${centre} - q.b AND m.seq <= ${centre} + q.c ORDER BY m.seq LIMIT q.b + q.c`,
      params: [around, half, limit - half],
    };
  }
  return { sql: `${select} ORDER BY m.seq DESC LIMIT q.a`, params: [limit] };
}

function byteLength(message: Message): number {
  return Buffer.byteLength(JSON.stringify(message)) + 1;
}

/** As many messages as fit into the page's bytes, at least one, counted from the side that the reader asked for. */
function fit(messages: Message[], keep: 'start' | 'end' | 'middle', centre: number): Message[] {
  let low = keep === 'start' ? 0 : keep === 'end' ? messages.length - 1 : centre;
  let high = low;
  const first = messages[low];
  if (!first) return [];
  let bytes = byteLength(first) + 1;
  const take = (index: number): boolean => {
    const message = messages[index];
    if (!message) return false;
    const size = byteLength(message);
    if (bytes + size > LIMITS.pageBytes) return false;
    bytes += size;
    return true;
  };
  let lowOpen = keep !== 'start';
  let highOpen = keep !== 'end';
  while (lowOpen || highOpen) {
    if (lowOpen && (lowOpen = take(low - 1))) low--;
    if (highOpen && (highOpen = take(high + 1))) high++;
  }
  return messages.slice(low, high + 1);
}

function refuseBeyond(room: Room, { after, since }: HistoryCursor): void {
  const path =
    after !== undefined && after > room.lastSeq
      ? 'after'
      : since !== undefined && since > room.revision
        ? 'since'
        : null;
  if (path === null) return;
  throw new AppError('unprocessable', 'The room has no such place yet: start anew from its latest messages.', {
    errors: [{ path, message: FIELD_MESSAGES.beyond }],
  });
}

function toPage(room: Room, cursor: HistoryCursor, rows: MessageRow[]): MessagePage {
  const messages = rows.map(presentMessage);
  if (cursor.since !== undefined) {
    messages.sort((a, b) => a.revision - b.revision);
    const kept = fit(messages, 'start', 0);
    const last = kept.at(-1)?.revision ?? room.revision;
    return { room, messages: kept, hasMore: last < room.revision };
  }
  messages.sort((a, b) => a.seq - b.seq);
  if (cursor.after !== undefined) {
    const kept = fit(messages, 'start', 0);
    return { room, messages: kept, hasMore: (kept.at(-1)?.seq ?? room.lastSeq) < room.lastSeq };
  }
  if (cursor.around !== undefined) {
    const centre = messages.findLastIndex((message) => message.seq <= (cursor.around ?? 0));
    const kept = fit(messages, 'middle', Math.max(centre, 0));
    return {
      room,
      messages: kept,
      hasMore: (kept[0]?.seq ?? 1) > 1,
      hasMoreAfter: (kept.at(-1)?.seq ?? room.lastSeq) < room.lastSeq,
    };
  }
  const kept = fit(messages, 'end', 0);
  return { room, messages: kept, hasMore: (kept[0]?.seq ?? 1) > 1 };
}

/**
 * A room with a page of its history, both of one snapshot: `messages` holds every change up to `room.revision` that the
 * cursor asks for and none after it.
 *
 * @param limit messages at most; the page is also cut at {@link LIMITS}.pageBytes, but holds at least one
 * @throws AppError as `accessRoom`, and `unprocessable` for a cursor beyond the room's end
 */
export async function readHistory(
  actor: Actor,
  address: string,
  cursor: HistoryCursor,
  limit: number = LIMITS.page.default,
): Promise<{ access: RoomAccess; page: MessagePage }> {
  const { access, rows } = await accessRoomWith(actor, address, 'use', {
    ...lateralSql(cursor, limit),
    columns: OUTER_COLUMNS,
  });
  refuseBeyond(access.room, cursor);
  return { access, page: toPage(access.room, cursor, rows) };
}

/** What changed in a room, and how often it had been closed to somebody by then. */
export interface Changes {
  messages: Message[];
  closings: number;
}

/**
 * What changed in a room after a revision, for the fan-out: it looks for facts whose publication was lost.
 *
 * @returns the changes in order of revision, at most `limit`: none where the room is gone
 */
export async function changesSince(roomId: number, revision: number, limit: number): Promise<Changes> {
  const { rows } = await pool().query<MessageRow & { closings: number }>(
    `SELECT ${MESSAGE_COLUMNS}, c.closings FROM messages m JOIN chats c ON c.id = m.room_id LEFT JOIN users a ON a.id = m.author_id
     WHERE m.room_id = $1 AND m.revision > $2 ORDER BY m.revision LIMIT $3`,
    [roomId, revision, limit],
  );
  return { messages: rows.map(presentMessage), closings: rows[0]?.closings ?? 0 };
}

/** How far a room has come. */
export interface RoomProgress {
  roomId: number;
  name: string;
  lastSeq: number;
  revision: number;
  closings: number;
  /** stands for what everyone in it sees of the room itself, see {@link lookOf} */
  look: string;
}

/** What {@link RoomProgress} says of a room as somebody was told it. */
export function lookOf({ name, topic, visibility, owner }: Room): string {
  const fields = [name, topic, visibility, ...(owner ? [owner.id] : [])];
  return createHash('md5').update(fields.join('\n')).digest('hex');
}

/** How far rooms have come, for whoever must not miss a change; rooms that are gone are left out. */
export async function progressOf(roomIds: readonly number[]): Promise<RoomProgress[]> {
  const { rows } = await pool().query<RoomProgress>(
    `SELECT c.id AS "roomId", c.name, c.last_seq AS "lastSeq", c.revision, c.closings,
            md5(concat_ws(E'\\n', c.name, c.topic, c.visibility, o.id)) AS look
       FROM chats c LEFT JOIN users o ON o.email = c.owner_id WHERE c.id = ANY($1)`,
    [roomIds],
  );
  return rows;
}

/** Milliseconds for which a room counts as active: longer than between two looks at it, also where one of them fails. */
const ACTIVE_MS = 12_000;

/** The rooms in which something was said of late, for whoever may not have been told. */
export async function activeRooms(): Promise<Pick<RoomProgress, 'roomId' | 'name' | 'lastSeq'>[]> {
  const { rows } = await pool().query<Pick<RoomProgress, 'roomId' | 'name' | 'lastSeq'>>(
    `SELECT id AS "roomId", name, last_seq AS "lastSeq" FROM chats
      WHERE last_activity_at > now() - $1 * interval '1 millisecond' AND last_seq > 0`,
    [ACTIVE_MS],
  );
  return rows;
}
