import type { ClientBase } from 'pg';
import type { Actor } from '../contracts/actor';
import type { Membership, Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { isRoomName } from '../contracts/values';
import { pool } from '../db';
import { gathered } from '../gathered';
import { kept } from '../statement-name';
import {
  MEMBERSHIP_COLUMNS,
  presentMembership,
  presentRoom,
  ROOM_COLUMNS,
  type MembershipRow,
  type MessageRow,
  type RoomRow,
} from './present';

/** A room that the actor was let into, and their standing there. */
export interface RoomAccess {
  room: Room;
  membership: Membership | null;
  /** whether the room itself, and who is in it, is theirs to change: its owner's and administrators' */
  manages: boolean;
}

/**
 * What an actor wants of a room: to read and write in it (`use`), to change or delete the room itself (`manage`), or to know of it
 * and of who is in it (`see`: for whoever may do either).
 */
export type AccessLevel = 'use' | 'see' | 'manage';

/** Messages that ride along with a room in the same snapshot: a lateral subquery that may refer to `c` (the room). */
interface Lateral {
  /** select list and FROM clause … of the subquery; its parameters are `q.a`, `q.b` and `q.c`: one of few texts */
  sql: string;
  /** names its columns in the outer select list */
  columns: string;
  params: readonly number[];
}

type AccessRow = RoomRow & MembershipRow;

/** The room has another name now. Who knows nothing of that sees a room that is not there. */
export class RoomMoved extends AppError {
  /** the room's name as it is */
  readonly movedTo: string;

  constructor(movedTo: string) {
    super('not_found', `This room is called ${movedTo} now.`);
    this.movedTo = movedTo;
  }
}

const notFound = () => new AppError('not_found', 'There is no such room.');

function checkAccess(row: AccessRow | undefined, actor: Actor, level: AccessLevel): RoomAccess {
  if (!row) throw notFound();
  const membership = presentMembership(row);
  const manages = actor.role === 'administrator' || row.owner_user_id === actor.id;
  const mayManage = manages && level !== 'use';
  if (row.visibility === 'private' && !membership && !mayManage) throw notFound();
  if (row.removed_at && !mayManage) throw new AppError('forbidden', 'You were removed from this room.');
  if (level === 'manage') refuseUnless(manages);
  return { room: presentRoom(row), membership, manages };
}

/** @throws AppError `forbidden` */
export function refuseUnless(manages: boolean): void {
  if (!manages) throw new AppError('forbidden', 'Only the owner of the room or an administrator may do this.');
}

/**
 * The only way to obtain a room: by its address, for an actor who may have it.
 *
 * @param address the room's name, already normalised
 * @throws AppError `not_found` (no such room, or a private one of others; {@link RoomMoved} where it has another name now),
 *   `forbidden` (removed, or not the owner)
 */
export async function accessRoom(actor: Actor, address: string, level: AccessLevel = 'use'): Promise<RoomAccess> {
  return (await accessRoomWith(actor, address, level, null)).access;
}

async function lockRoom(client: Pick<ClientBase, 'query'>, userId: number | null, roomId: number) {
  await client.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [roomId]);
  const { rows } = await client.query<AccessRow>(
    `SELECT ${ROOM_COLUMNS}, ${MEMBERSHIP_COLUMNS} FROM chats c
     LEFT JOIN users o ON o.email = c.owner_id
     LEFT JOIN memberships s ON s.room_id = c.id AND s.user_id = $2
     WHERE c.id = $1`,
    [roomId, userId],
  );
  return rows[0];
}

/**
 * A room for whoever holds a link to it, locked within a transaction. That the link is good is for the caller to see.
 *
 * @param userId who holds it; null for somebody who has no account yet
 * @returns null where the room is gone
 */
export async function holdInvitedRoom(
  client: Pick<ClientBase, 'query'>,
  userId: number | null,
  roomId: number,
): Promise<{ room: Room; isMember: boolean; wasRemoved: boolean } | null> {
  const row = await lockRoom(client, userId, roomId);
  if (!row) return null;
  return { room: presentRoom(row), isMember: presentMembership(row) !== null, wasRemoved: row.removed_at !== null };
}

/**
 * A room as it stands within a transaction, and nobody else's to change until that ends: what was checked before may no longer hold.
 *
 * @throws AppError as {@link accessRoom}, but for former names
 */
export async function holdRoom(
  client: Pick<ClientBase, 'query'>,
  actor: Actor,
  roomId: number,
  level: AccessLevel,
): Promise<RoomAccess> {
  return checkAccess(await lockRoom(client, actor.id, roomId), actor, level);
}

interface Question {
  address: string;
  userId: number;
  params: readonly number[];
}

type Answer = (AccessRow & MessageRow & { ord: number; present: true | null })[];

function asker(lateral: Lateral | null): (question: Question) => Promise<Answer> {
  const text = `SELECT q.ord::int AS ord, ${ROOM_COLUMNS}, ${MEMBERSHIP_COLUMNS}${lateral ? `, x.present, ${lateral.columns}` : ''}
     FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
       AS q(address, user_id, a, b, c, ord)
     JOIN chats c ON c.name = q.address
     LEFT JOIN users o ON o.email = c.owner_id
     LEFT JOIN memberships s ON s.room_id = c.id AND s.user_id = q.user_id
     ${lateral ? `LEFT JOIN LATERAL (SELECT true AS present, ${lateral.sql}) x ON true` : ''}`;
  return gathered(async (questions) => {
    const param = (index: number) => questions.map(({ params }) => params[index] ?? null);
    const addresses = questions.map(({ address }) => address);
    const users = questions.map(({ userId }) => userId);
    const { rows } = await pool().query<Answer[number]>(kept(text, [addresses, users, param(0), param(1), param(2)]));
    const answers: Answer[] = questions.map(() => []);
    for (const row of rows) answers[row.ord - 1]?.push(row);
    return answers;
  });
}

const askers = new Map<string, (question: Question) => Promise<Answer>>();

/**
 * As {@link accessRoom}, with messages read in the very same statement, hence of the same snapshot: what a room says
 * of its revision and the messages beside it always agree.
 *
 * @returns the access, and the subquery's rows in no order
 * @throws AppError as {@link accessRoom}
 */
export async function accessRoomWith(
  actor: Actor,
  address: string,
  level: AccessLevel,
  lateral: Lateral | null,
): Promise<{ access: RoomAccess; rows: MessageRow[] }> {
  if (!isRoomName(address)) throw notFound();
  const kind = lateral?.sql ?? '';
  const ask = askers.get(kind) ?? asker(lateral);
  askers.set(kind, ask);
  const rows = await ask({ address, userId: actor.id, params: lateral?.params ?? [] });
  if (rows.length === 0) await refuseFormerName(actor, address);
  return { access: checkAccess(rows[0], actor, level), rows: rows.filter(({ present }) => present) };
}

/** Old names lead only those to a room who would find it by its name. */
async function refuseFormerName(actor: Actor, address: string): Promise<void> {
  const { rows } = await pool().query<{ name: string }>(
    `SELECT c.name FROM former_names f JOIN chats c ON c.id = f.room_id
     LEFT JOIN memberships s ON s.room_id = c.id AND s.user_id = $2 AND s.removed_at IS NULL
     WHERE f.name = $1 AND (c.visibility = 'public' OR s.user_id IS NOT NULL OR $3)`,
    [address, actor.id, actor.role === 'administrator'],
  );
  if (rows[0]) throw new RoomMoved(rows[0].name);
}
