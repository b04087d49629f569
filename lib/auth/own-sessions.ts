import type { PoolClient } from 'pg';
import { bus } from '../bus';
import type { OwnSession } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { limit } from '../limits';
import { query, read } from '../queries';

const STANDING = 'revoked_at IS NULL AND expires_at > now()';

interface Row {
  id: number;
  created_at: Date;
  last_seen_at: Date;
  user_agent: string;
}

/**
 * The sessions in which the actor is signed in: the one that asks first, then those used last.
 *
 * @throws AppError `rate_limited`, `unavailable`
 */
export async function listSessions(actor: Actor): Promise<OwnSession[]> {
  await limit('command', actor.id);
  const rows = await read<Row>(
    `SELECT id, created_at, last_seen_at, user_agent FROM sessions
      WHERE user_id = $1 AND ${STANDING} ORDER BY id = $2 DESC, last_seen_at DESC, id DESC`,
    [actor.id, actor.sessionId],
  );
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    userAgent: row.user_agent,
    current: row.id === actor.sessionId,
  }));
}

function tell(userId: number, sessionIds: readonly number[]): void {
  for (const sessionId of sessionIds) bus().publish({ type: 'session:revoked', sessionId, userId });
}

/**
 * Ends one of the actor's sessions, be it the one that asks.
 *
 * @throws AppError `not_found` for what is no session of theirs, or has ended; `rate_limited`, `unavailable`
 */
export async function endSession(actor: Actor, sessionId: number): Promise<void> {
  await limit('command', actor.id);
  const rows = await query<{ id: number }>(
    `UPDATE sessions SET revoked_at = now() WHERE id = $1 AND user_id = $2 AND ${STANDING} RETURNING id`,
    [sessionId, actor.id],
  );
  if (rows.length === 0) throw new AppError('not_found', 'You have no such session.');
  tell(actor.id, [sessionId]);
}

/**
 * Ends all of the actor's sessions.
 *
 * @param which whether the one that asks ends too
 * @throws AppError `rate_limited`, `unavailable`
 */
export async function endSessions(actor: Actor, which: 'all' | 'others'): Promise<void> {
  await limit('command', actor.id);
  const ended = await query<{ id: number }>(REVOKE_ALL, [actor.id, which === 'others' ? actor.sessionId : null]);
  tell(
    actor.id,
    ended.map(({ id }) => id),
  );
}

const REVOKE_ALL = `UPDATE sessions SET revoked_at = now()
  WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND ${STANDING} RETURNING id`;

/**
 * Ends a user's sessions in somebody else's transaction.
 *
 * @param exceptId the session that stays, or null
 * @returns tells their connections; to be called once the transaction is committed
 */
export async function revokeWithin(client: PoolClient, userId: number, exceptId: number | null): Promise<() => void> {
  const { rows } = await client.query<{ id: number }>(REVOKE_ALL, [userId, exceptId]);
  return () =>
    tell(
      userId,
      rows.map(({ id }) => id),
    );
}
