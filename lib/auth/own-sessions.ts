import { bus } from '../bus';
import type { OwnSession } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { limit } from '../limits';
import { query, read, transaction } from '../queries';
import { revokeSessionsOf } from './sessions';

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
  bus().publish({ type: 'session:revoked', sessionId, userId: actor.id });
}

/**
 * Ends all of the actor's sessions.
 *
 * @param which whether the one that asks ends too
 * @throws AppError `rate_limited`, `unavailable`
 */
export async function endSessions(actor: Actor, which: 'all' | 'others'): Promise<void> {
  await limit('command', actor.id);
  const kept = which === 'others' ? actor.sessionId : undefined;
  const events = await transaction((client) => revokeSessionsOf(client, actor.id, kept));
  for (const event of events) bus().publish(event);
}
