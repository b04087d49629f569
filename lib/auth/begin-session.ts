import type { ClientBase } from 'pg';
import type { Account } from '../contracts/entities';
import { createSession } from './sessions';
import { issueToken } from './tokens';

/** Where a request comes from: the address as the front door established it, and the `User-Agent`. */
export interface Client {
  address: string;
  userAgent: string;
}

/** A new session: the token is the same in the cookie and for a bearer. */
export interface SignedIn {
  account: Account;
  token: string;
  expiresAt: Date;
  sessionId: number;
}

/**
 * Begins a session for an account that has proved itself.
 *
 * @param client the connection whose transaction the session belongs to
 */
export async function beginSession(
  client: Pick<ClientBase, 'query'>,
  account: Account,
  userAgent: string,
): Promise<SignedIn> {
  const session = await createSession(client, account.id, userAgent);
  const token = await issueToken({ userId: account.id, tokenId: session.tokenId, expiresAt: session.expiresAt });
  return { account, token, expiresAt: session.expiresAt, sessionId: session.id };
}
