import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { bus, type BusEvent } from '../bus';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { ACCOUNT_COLUMNS, presentAccount, type AccountRow } from './account-row';
import { noteSeen } from './last-seen';
import { query, read } from '../queries';
import { gathered } from '../gathered';
import { readToken, type SessionClaims } from './tokens';

/** A session that was just made. */
export interface NewSession {
  id: number;
  tokenId: string;
  expiresAt: Date;
}

/** Characters of a user agent that are kept: enough to tell one's devices apart. */
const USER_AGENT = 256;

/** What somebody is told whose account is suspended. */
export const SUSPENDED = 'This account is suspended. Ask an administrator.';

type SessionRow = AccountRow & { session_id: number; token_id: string; expires_at: Date; stale: boolean };

const rowOf = gathered(async (all: readonly Pick<SessionClaims, 'tokenId' | 'userId'>[]) => {
  const rows = await read<SessionRow>(
    `SELECT ${ACCOUNT_COLUMNS}, s.id AS session_id, s.token_id, s.expires_at,
            s.last_seen_at < now() - interval '1 minute' AS stale
       FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.token_id = ANY($1::uuid[]) AND s.revoked_at IS NULL AND s.expires_at > now() AND u.suspended_at IS NULL`,
    [all.map(({ tokenId }) => tokenId)],
  );
  const byToken = new Map(rows.map((row) => [row.token_id, row]));
  return all.map(({ tokenId, userId }) => {
    const row = byToken.get(tokenId);
    return row?.id === userId ? row : undefined;
  });
});

/**
 * Writes a new session. Every sign-in makes one, so a token that somebody knew before it is worth nothing after it. The user's
 * sessions that ended over thirty days ago are forgotten at this occasion.
 *
 * @param client the connection whose transaction it belongs to
 * @param userId whose session
 * @param userAgent as the client sent it
 * @throws AppError `forbidden` for an account that was suspended meanwhile: whoever suspends it ends the sessions that are there
 */
export async function createSession(
  client: Pick<ClientBase, 'query'>,
  userId: number,
  userAgent: string,
): Promise<NewSession> {
  const tokenId = randomUUID();
  const expiresAt = new Date(Date.now() + LIMITS.sessionSeconds * 1_000);
  const cleanAgent = userAgent.replaceAll('\0', '').toWellFormed().slice(0, USER_AGENT);
  await client.query(
    `DELETE FROM sessions WHERE user_id = $1 AND least(expires_at, revoked_at) < now() - interval '30 days'`,
    [userId],
  );
  // The lock waits for a suspension under way, and has the next one wait: no session slips past it.
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO sessions (token_id, user_id, user_agent, expires_at)
     SELECT $1::uuid, id, $3::text, $4::timestamptz FROM users WHERE id = $2 AND suspended_at IS NULL FOR SHARE
     RETURNING id`,
    [tokenId, userId, cleanAgent, expiresAt],
  );
  const [row] = rows;
  if (!row) throw new AppError('forbidden', SUSPENDED);
  return { id: row.id, tokenId, expiresAt };
}

/**
 * Who holds a token.
 *
 * @param token whatever a client sent
 * @returns the actor, or null when the token is no valid one, or its session was revoked, has expired, or is a suspended user's
 * @throws AppError `unavailable` when the database cannot be asked
 */
export async function resolveToken(token: string): Promise<Actor | null> {
  const claims = await readToken(token);
  if (!claims) return null;
  const row = await rowOf(claims);
  if (!row) return null;
  if (row.stale) noteSeen(row.session_id);
  return { ...presentAccount(row), sessionId: row.session_id, sessionEndsAt: row.expires_at.getTime() };
}

/**
 * Ends a session: its token is refused from the commit on, and its open connections are told to close. Harmless when it has
 * ended already.
 *
 * @throws AppError `unavailable` when the database cannot be reached
 */
export async function revokeSession(sessionId: number): Promise<void> {
  const [row] = await query<{ user_id: number }>(
    'UPDATE sessions SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING user_id',
    [sessionId],
  );
  if (row) bus().publish({ type: 'session:revoked', sessionId, userId: row.user_id });
}

/**
 * Ends the sessions of an account, within a transaction that has locked or changed its row of `users` before.
 *
 * @param client the connection whose transaction it is
 * @param exceptSessionId the one that stays
 * @returns what to publish once it is committed
 */
export async function revokeSessionsOf(
  client: Pick<ClientBase, 'query'>,
  userId: number,
  exceptSessionId?: number,
): Promise<BusEvent[]> {
  const { rows } = await client.query<{ id: number }>(
    `UPDATE sessions SET revoked_at = now()
      WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2 RETURNING id`,
    [userId, exceptSessionId ?? null],
  );
  return rows.map(({ id }) => ({ type: 'session:revoked', sessionId: id, userId }));
}
