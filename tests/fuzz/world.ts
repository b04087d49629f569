import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ask } from './ask';

/** An account that is signed in. */
export interface Person {
  username: string;
  email: string;
  token: string;
}

/** Where every case takes place. */
export interface World {
  url: string;
  port: number;
  /** the public room that attackers use; it is made anew when one of them has got rid of it */
  arena: string;
  /** an administrator; every attacker may use this account too, but not spoil it */
  administrator: Person;
  /** signs in somebody new */
  person(): Promise<Person>;
  /** sees to it that the arena is there */
  prepare(): Promise<void>;
}

export const PASSWORD = 'correct horse battery';
const ARENA = 'arena';

/** Sends JSON. @throws Error for any answer that is no success, but for a conflict: it is there already */
export async function post(url: string, path: string, json: object, token?: string, method = 'POST'): Promise<unknown> {
  const reply = await ask(url, path, { method, json, ...(token !== undefined && { token }) });
  if (reply.status >= 300 && reply.status !== 409) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
  return reply.json;
}

const tokenSchema = z.object({ access_token: z.string() });

/** Makes an account and signs it in. */
export async function newPerson(url: string): Promise<Person> {
  const username = `p-${randomUUID().slice(0, 13)}`;
  const email = `${username}@example.org`;
  await post(url, '/register', { email, username, password: PASSWORD });
  const { access_token: token } = tokenSchema.parse(await post(url, '/login', { email, password: PASSWORD }));
  return { username, email, token };
}

/** Makes the world of a run: an administrator, who owns the arena, and what is said there. */
export async function createWorld(url: string, port: number): Promise<World> {
  // The first account is an administrator's; nobody attacks with it.
  const host = await newPerson(url);
  const administrator = await newPerson(url);
  await post(url, `/api/v1/users/${administrator.username}`, { role: 'administrator' }, host.token, 'PATCH');
  const prepare = async () => {
    await post(url, '/api/v1/rooms', { name: ARENA, topic: 'Come in' }, host.token);
  };
  await prepare();
  for (let count = 0; count < 20; count++) {
    await post(url, `/api/v1/rooms/${ARENA}/messages`, { body: `Message ${count}` }, host.token);
  }
  return { url, port, arena: ARENA, administrator, person: () => newPerson(url), prepare };
}
