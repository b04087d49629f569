import type { Locale } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { FIELD_MESSAGES } from '../contracts/values';
import { env, type OpenIdSettings } from '../env';
import { limit } from '../limits';
import { read, transaction } from '../queries';
import type { Identity } from './accounts';
import { refusal } from './openid-refusals';
import { FRESH_SESSION, holdAccount } from './own-password';
import { NO_PASSWORD } from './passwords';
import { tellOwner } from './tell-owner';

/** What people call the provider through which they may sign in; null where none is configured. */
export function openIdName(): string | null {
  return env().openId?.name ?? null;
}

/**
 * The provider's settings.
 *
 * @throws AppError `not_found` where none is configured
 */
export function openIdSettings(): OpenIdSettings {
  const { openId } = env();
  if (!openId) throw new AppError('not_found', 'There is nothing at this address.');
  return openId;
}

/** By what the actor can sign in. */
export interface SignInMethods {
  hasPassword: boolean;
  /** whether the provider that is configured is connected */
  connected: boolean;
  /** whether the session is young enough to prove who has no password */
  fresh: boolean;
}

/**
 * By what the actor can sign in.
 *
 * @throws AppError `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function signInMethods(actor: Actor): Promise<SignInMethods> {
  const [row] = await read<SignInMethods>(
    `SELECT u.hashed_password <> $3 AS "hasPassword", ${FRESH_SESSION} AS fresh,
            EXISTS (SELECT FROM identities i WHERE i.user_id = u.id AND i.issuer = $4) AS connected
       FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.id = $1 AND s.id = $2`,
    [actor.id, actor.sessionId, NO_PASSWORD, env().openId?.issuer ?? ''],
  );
  if (!row) throw new AppError('unauthenticated', 'This session has ended. Sign in again.');
  return row;
}

/**
 * Connects an identity to the actor's account. Harmless where it is connected already. The owner is told by letter.
 *
 * @param asked the language of the request
 * @throws AppError of `openid-refusals` where it belongs to another account, or the account has another of this provider;
 *   `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function connectIdentity(actor: Actor, { issuer, subject }: Identity, asked: Locale): Promise<void> {
  await limit('command', actor.id);
  const connected = await transaction(async (client) => {
    const held = await holdAccount(client, actor, null);
    const { rows: own } = await client.query<{ subject: string }>(
      'SELECT subject FROM identities WHERE user_id = $1 AND issuer = $2',
      [actor.id, issuer],
    );
    if (own.some((row) => row.subject === subject)) return null;
    if (own.length > 0) throw refusal('connected');
    const { rowCount } = await client.query(
      'INSERT INTO identities (issuer, subject, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [issuer, subject, actor.id],
    );
    if (rowCount === 0) throw refusal('otherAccount');
    return held;
  });
  if (connected) tellOwner(connected, 'connected', asked);
}

/**
 * Disconnects the provider from the actor's account. Harmless where it is not connected. The owner is told by letter.
 *
 * @param asked the language of the request
 * @throws AppError `not_found` where none is configured; `conflict` while the account has no password; `rate_limited`;
 *   `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function disconnectIdentity(actor: Actor, asked: Locale): Promise<void> {
  const { issuer } = openIdSettings();
  await limit('command', actor.id);
  const disconnected = await transaction(async (client) => {
    const held = await holdAccount(client, actor, null);
    const { rowCount } = await client.query('SELECT FROM users WHERE id = $1 AND hashed_password <> $2', [
      actor.id,
      NO_PASSWORD,
    ]);
    if (rowCount === 0) throw new AppError('conflict', FIELD_MESSAGES.passwordFirst);
    const gone = await client.query('DELETE FROM identities WHERE user_id = $1 AND issuer = $2', [actor.id, issuer]);
    return gone.rowCount === 0 ? null : held;
  });
  if (disconnected) tellOwner(disconnected, 'disconnected', asked);
}
