import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { tokenOfCookies } from './cookies';
import { resolveToken } from './sessions';

/** What a request proves its sender with. Changes by cookie need the service's own origin as well; by bearer token they do not. */
export interface Credential {
  kind: 'bearer' | 'cookie';
  token: string;
}

/** The places where a request may carry a credential, in the order in which they count. */
export interface CredentialSources {
  /** the `Authorization` header */
  authorization?: string | null | undefined;
  /** `auth.token` of a Socket.IO handshake, as it came */
  authToken?: unknown;
  /** what follows `bearer` among the subprotocols of a WebSocket */
  protocolToken?: string | null | undefined;
  /** the `Cookie` header */
  cookie?: string | null | undefined;
}

const BEARER = /^\s*bearer(?:\s+(.*))?$/is;

/**
 * The credential of a request: the first one present, good or bad. A bad one is never passed over for the next.
 *
 * An `Authorization` of another scheme than Bearer counts as none: a proxy's own Basic authentication would otherwise shut
 * everybody out who is signed in by cookie. A Bearer without a token, or with a malformed one, is present and bad (RFC 6750, 3.1).
 *
 * @returns null when there is none
 */
export function credentialOf(sources: CredentialSources): Credential | null {
  const bearer = sources.authorization ? BEARER.exec(sources.authorization) : null;
  if (bearer) return { kind: 'bearer', token: bearer[1]?.trim() ?? '' };
  const { authToken, protocolToken } = sources;
  if (authToken !== undefined && authToken !== null) {
    return { kind: 'bearer', token: typeof authToken === 'string' ? authToken : '' };
  }
  if (protocolToken !== undefined && protocolToken !== null) return { kind: 'bearer', token: protocolToken };
  const cookie = sources.cookie ? tokenOfCookies(sources.cookie) : undefined;
  return cookie === undefined ? null : { kind: 'cookie', token: cookie };
}

/**
 * Who sends a request.
 *
 * @param credential as {@link credentialOf} found it
 * @throws AppError `unauthenticated` without a credential, or with one that is bad, expired, revoked or a suspended user's;
 *   `unavailable` when the database cannot be asked
 */
export async function authenticate(credential: Credential | null): Promise<Actor> {
  if (!credential) throw new AppError('unauthenticated', 'Sign in first.');
  const actor = await resolveToken(credential.token);
  if (!actor) throw new AppError('unauthenticated', 'This session has ended. Sign in again.');
  return actor;
}
