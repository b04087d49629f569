import { z } from 'zod';

export const PASSWORD = 'a password for a measurement';

const loginSchema = z.object({ access_token: z.string() });

/** Sends JSON and waits for the whole answer. */
export async function post(url: string, path: string, body: unknown, token?: string): Promise<Response> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  // What is not read is not measured, and keeps the connection from being used again.
  const text = await response.text();
  return new Response(response.status === 204 ? null : text, response);
}

/** Makes an account and signs it in. @returns its token */
export async function register(url: string, username: string): Promise<string> {
  const email = `${username}@example.org`;
  const made = await post(url, '/register', { email, username, password: PASSWORD });
  if (made.status !== 201) throw new Error(`No account: ${made.status} ${await made.text()}`);
  const signedIn = await post(url, '/login', { email, password: PASSWORD });
  return loginSchema.parse(await signedIn.json()).access_token;
}
