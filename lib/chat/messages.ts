import type { Actor } from '../contracts/actor';
import type { Message } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { audit } from '../audit';
import { pool } from '../db';
import { accessRoom, holdRoom, type RoomAccess } from './access';
import { ensureMember } from './memberships';
import type { RoomRef } from './command';
import { MESSAGE_COLUMNS, presentMessage, type MessageRow } from './present';
import type { Written } from './settle';
import { writer } from './writer';
import { publish } from './publish';

const notFound = () => new AppError('not_found', 'There is no such message.');

/**
 * Stores a message in a room that the actor may use and is a member of, or was a moment ago.
 *
 * @returns the stored message; `created` is false for a retry of one stored before
 * @throws AppError as `accessRoom` when the room, or the actor's place in it, is gone meanwhile; `unavailable` when it could not be stored
 */
export async function sendMessage(
  actor: Actor,
  room: RoomRef,
  body: string,
  clientMessageId: string | null,
): Promise<Written> {
  const draft = { room, author: { id: actor.id, username: actor.username }, body, clientMessageId };
  try {
    return await writer().write(draft);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
    const access = await accessRoom(actor, room.name);
    // Another room has got the name of one that is gone: nobody is to become a member of that.
    if (access.room.id !== room.id) throw error;
    const { rowCount } = await pool().query('SELECT FROM users WHERE id = $1', [actor.id]);
    if (rowCount === 0) throw new AppError('unauthenticated', 'This account is gone.');
    // They left while this was on its way: as if they had left before, sending makes them a member again.
    await ensureMember(actor, access);
    return writer().write(draft);
  }
}

/** Whether the actor has stored a message under this id in this room. */
export async function isStored(actor: Actor, roomId: number, clientMessageId: string): Promise<boolean> {
  const { rowCount } = await pool().query(
    'SELECT FROM messages WHERE room_id = $1 AND author_id = $2 AND client_message_id = $3',
    [roomId, actor.id, clientMessageId],
  );
  return rowCount === 1;
}

/** What somebody wants to do to a message that stands. */
type Change = 'edit' | 'delete';

/**
 * Whether the actor may change this message.
 *
 * @throws AppError `not_found` (never written, or deleted), `forbidden` (another's)
 */
export async function checkMessage(actor: Actor, access: RoomAccess, seq: number, change: Change): Promise<void> {
  const { rows } = await pool().query<{ author_id: number | null }>(
    'SELECT author_id FROM messages WHERE room_id = $1 AND seq = $2 AND deleted_at IS NULL',
    [access.room.id, seq],
  );
  const row = rows[0];
  if (!row) throw notFound();
  if (row.author_id !== actor.id && !(change === 'delete' && access.manages)) {
    throw new AppError(
      'forbidden',
      change === 'edit'
        ? 'Only its author may edit a message.'
        : 'Only its author, the owner of the room or an administrator may delete a message.',
    );
  }
}

/** The room's row is locked first and its message's second, as the deletion of a room does: so no deadlock. */
const CHANGE = `
WITH target AS (
  SELECT seq FROM messages WHERE room_id = $1 AND seq = $2 AND deleted_at IS NULL FOR UPDATE
), room AS (
  UPDATE chats SET revision = revision + 1 WHERE id = $1 AND EXISTS (SELECT FROM target) RETURNING revision, closings
), m AS (
  UPDATE messages SET revision = room.revision, body = coalesce($3, ''),
    edited_at = CASE WHEN $3::text IS NULL THEN edited_at ELSE now() END,
    deleted_at = CASE WHEN $3::text IS NULL THEN now() ELSE NULL END
  FROM room WHERE room_id = $1 AND seq = $2
  RETURNING messages.*
)
SELECT ${MESSAGE_COLUMNS}, room.closings FROM room, m LEFT JOIN users a ON a.id = m.author_id`;

async function change(
  actor: Actor,
  { room }: RoomAccess,
  seq: number,
  body: string | null,
): Promise<{ message: Message }> {
  const { message } = await writer().perform(
    room,
    async (client) => {
      const { room: now } = await holdRoom(client, actor, room.id, 'use');
      const { rows } = await client.query<MessageRow & { closings: number }>(CHANGE, [room.id, seq, body]);
      const row = rows[0];
      if (!row) throw notFound();
      const message = presentMessage(row);
      if (body === null && message.author?.id !== actor.id) {
        await audit(client, actor, {
          action: 'message:deleted',
          room: now,
          user: message.author ?? undefined,
          details: { seq },
        });
      }
      return { message, closings: row.closings, name: now.name };
    },
    ({ message, closings, name }) =>
      publish({ type: 'message:updated', roomId: room.id, room: name, closings, message }),
  );
  return { message };
}

/**
 * Gives one's own message another body.
 *
 * @throws AppError `not_found`, `forbidden`
 */
export async function editMessage(
  actor: Actor,
  access: RoomAccess,
  seq: number,
  body: string,
): Promise<{ message: Message }> {
  await checkMessage(actor, access, seq, 'edit');
  return change(actor, access, seq, body);
}

/**
 * Deletes a message: its place stays, its body goes.
 *
 * @throws AppError `not_found`, `forbidden`
 */
export async function deleteMessage(actor: Actor, access: RoomAccess, seq: number): Promise<{ message: Message }> {
  await checkMessage(actor, access, seq, 'delete');
  return change(actor, access, seq, null);
}
