import type { SignedIn } from '../auth/accounts';
import { sessionCookie } from '../auth/cookies';
import { json, type Context } from './context';

/** The answer to a program that has just got a session: its cookie besides. */
export function withSession(context: Context, signedIn: SignedIn, body: object, status: 200 | 201): Response {
  context.env.outgoing.appendHeader('set-cookie', sessionCookie(signedIn.token, context.env.edge.secure));
  return json(context, body, status);
}
