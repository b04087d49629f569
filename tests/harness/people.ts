import { beginSession } from '@/lib/auth/begin-session';
import { transaction } from '@/lib/queries';
import { createUser } from '../factories';

export interface Person {
  id: number;
  username: string;
  email: string;
  /** works as bearer token and as cookie */
  token: string;
  cookie: string;
  sessionId: number;
}

/** Somebody with an account who is signed in, without the cost of a password. */
export async function createPerson(options: Parameters<typeof createUser>[0] = {}): Promise<Person> {
  const user = await createUser(options);
  return { ...(await signInAgain(user)), id: user.id, username: user.username, email: user.email };
}

/** Another session of the same account. */
export async function signInAgain(user: { id: number; username: string; email: string }) {
  const account = { id: user.id, username: user.username, email: user.email, role: 'user', locale: null } as const;
  const { token, sessionId } = await transaction((client) => beginSession(client, account, 'test'));
  return { token, sessionId, cookie: `next-auth.session-token=${token}` };
}
