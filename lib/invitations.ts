import type { ClientBase } from 'pg';
import { audit } from './audit';
import type { Actor } from './contracts/actor';
import type { Invitation } from './contracts/entities';
import { AppError } from './contracts/errors';
import type { InvitationInput } from './contracts/invitations';
import { hashLinkToken, newLinkToken } from './link-token';
import { read } from './queries';

/* What invitations to rooms (`lib/chat`) and to the service alone (`lib/auth`) have in common. */

type Client = Pick<ClientBase, 'query'>;
/** Where an invitation leads; null: to an account here, and no further. */
type Place = { id: number; name: string } | null;

/**
 * Of `invitations i`: it was not taken back, has not expired, and whoever made it could still make it. Rooms and inviters that are
 * gone have taken theirs with them.
 */
export const STANDING_INVITATION = `i.revoked_at IS NULL AND i.expires_at > now() AND EXISTS (
  SELECT FROM users inviter WHERE inviter.id = i.created_by_id AND inviter.suspended_at IS NULL AND (
    inviter.role = 'administrator'
    OR EXISTS (SELECT FROM chats owned WHERE owned.id = i.room_id AND owned.owner_id = inviter.email)))`;

/** Of `invitations i`: not everybody for whom it was made has come yet. */
export const UNUSED_INVITATION = '(i.max_uses IS NULL OR i.uses < i.max_uses)';

const COLUMNS = `i.id, i.created_at, i.expires_at, i.max_uses, i.uses, u.id AS user_id, u.username`;

interface InvitationRow {
  id: number;
  created_at: Date;
  expires_at: Date;
  max_uses: number | null;
  uses: number;
  user_id: number;
  username: string;
}

function present(row: InvitationRow): Invitation {
  return {
    id: row.id,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    maxUses: row.max_uses,
    uses: row.uses,
    createdBy: { id: row.user_id, username: row.username },
  };
}

/**
 * Makes an invitation, within a transaction that has made sure that the actor may.
 *
 * @returns the invitation, and the token of its link, which is kept nowhere
 * @throws AppError `unauthenticated` where the actor's account is gone meanwhile
 */
export async function insertInvitation(
  client: Client,
  actor: Actor,
  place: Place,
  { expiresInHours, maxUses }: InvitationInput,
): Promise<{ invitation: Invitation; token: string }> {
  const token = newLinkToken();
  const { rows } = await client.query<InvitationRow>(
    `WITH i AS (
       INSERT INTO invitations (token_hash, room_id, created_by_id, expires_at, max_uses)
       SELECT $1, $2::int, id, now() + make_interval(hours => $4), $5::int FROM users WHERE id = $3 RETURNING *
     )
     SELECT ${COLUMNS} FROM i JOIN users u ON u.id = i.created_by_id`,
    [hashLinkToken(token), place?.id ?? null, actor.id, expiresInHours, maxUses ?? null],
  );
  const [row] = rows;
  if (!row) throw new AppError('unauthenticated', 'This account is gone.');
  const details = { invitation: row.id, maxUses: row.max_uses, expiresAt: row.expires_at.toISOString() };
  await audit(client, actor, { action: 'invitation:created', room: place ?? undefined, details });
  return { invitation: present(row), token };
}

/**
 * The invitations that still let somebody in, newest first.
 *
 * @param roomId null for those to the service alone
 * @throws AppError `unavailable`
 */
export async function openInvitations(roomId: number | null): Promise<Invitation[]> {
  const rows = await read<InvitationRow>(
    `SELECT ${COLUMNS} FROM invitations i JOIN users u ON u.id = i.created_by_id
     WHERE i.room_id IS NOT DISTINCT FROM $1 AND ${STANDING_INVITATION} AND ${UNUSED_INVITATION}
     ORDER BY i.id DESC`,
    [roomId],
  );
  return rows.map(present);
}

/**
 * Takes an invitation back, within a transaction that has made sure that the actor may: from its commit on nobody gets in by it.
 *
 * @param place where it leads: that of another place is not found
 * @throws AppError `not_found`, also for one that was taken back before
 */
export async function revokeInvitation(client: Client, actor: Actor, place: Place, id: number): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE invitations SET revoked_at = now()
     WHERE id = $1 AND room_id IS NOT DISTINCT FROM $2 AND revoked_at IS NULL`,
    [id, place?.id ?? null],
  );
  if (rowCount !== 1) throw new AppError('not_found', 'There is no such invitation.');
  await audit(client, actor, { action: 'invitation:revoked', room: place ?? undefined, details: { invitation: id } });
}

/**
 * Where a link leads, if it is good.
 *
 * @returns null for one that is not (any more)
 * @throws AppError `unavailable`
 */
export async function findInvitation(token: string): Promise<{ roomId: number | null } | null> {
  const [row] = await read<{ room_id: number | null }>(
    `SELECT i.room_id FROM invitations i WHERE i.token_hash = $1 AND ${STANDING_INVITATION} AND ${UNUSED_INVITATION}`,
    [hashLinkToken(token)],
  );
  return row ? { roomId: row.room_id } : null;
}

/**
 * Counts one use of a link, within the transaction that lets its holder in; of a room that room was locked before. Of more than may
 * come, each waits for the one before it, and finds no place left.
 *
 * @returns whether the link is (still) good; where it is not, nothing may come of the transaction
 */
export async function spendInvitation(client: Client, token: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE invitations i SET uses = uses + 1
     WHERE i.token_hash = $1 AND ${STANDING_INVITATION} AND ${UNUSED_INVITATION}`,
    [hashLinkToken(token)],
  );
  return rowCount === 1;
}
