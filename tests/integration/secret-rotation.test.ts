import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginSession } from '@/lib/auth/begin-session';
import { readToken } from '@/lib/auth/tokens';
import { env, setEnv } from '@/lib/env';
import { transaction } from '@/lib/queries';
import { createRoom, createUser } from '../factories';
import { PlainSocket } from '../harness/plain-client';
import { startServer, type RunningServer } from '../harness/server';
import { SocketIoClient } from '../harness/socket-io-client';

const SECRETS = {
  present: 'the secret that is new today, long enough',
  previous: 'the secret of the months before, long enough',
  older: 'a secret that nobody accepts any more, long enough',
};

let server: RunningServer;
let room: { name: string };
const tokens = { present: '', previous: '', older: '' };

beforeAll(async () => {
  const user = await createUser();
  room = await createRoom({ owner: user });
  const account = { id: user.id, username: user.username, email: user.email, role: 'user', locale: null } as const;
  for (const key of ['present', 'previous', 'older'] as const) {
    setEnv({ ...env(), secret: SECRETS[key] });
    tokens[key] = (await transaction((client) => beginSession(client, account, 'test'))).token;
  }
  server = await startServer({
    env: { NEXTAUTH_SECRET: SECRETS.present, NEXTAUTH_SECRET_PREVIOUS: SECRETS.previous },
  });
});
afterAll(() => server.stop());

const status = async (headers: Record<string, string>, path = '/api/v1/me') =>
  (await fetch(server.url + path, { headers })).status;

it.each(['present', 'previous'] as const)('what the %s secret made is taken everywhere', async (key) => {
  const token = tokens[key];
  const cookie = `next-auth.session-token=${token}`;
  expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
  expect(await status({ cookie })).toBe(200);
  expect(await status({ cookie, accept: 'text/html' }, '/user/account')).toBe(200);
  const session = await fetch(`${server.url}/api/auth/session`, { headers: { cookie } });
  expect(await session.json()).toMatchObject({ user: { id: expect.any(Number) as number } });
  // What next-auth gives back is the same token: it must not be one that nobody takes.
  for (const line of session.headers.getSetCookie()) {
    const [, renewed] = /^next-auth\.session-token=([^;]+)/.exec(line) ?? [];
    if (renewed) expect(await status({ authorization: `Bearer ${renewed}` })).toBe(200);
  }
  const client = await SocketIoClient.connect(server.url, token);
  await client.close();
  const byCookie = await SocketIoClient.connect(server.url, null, { headers: { cookie } });
  await byCookie.close();
  for (const open of [
    PlainSocket.join(server.url, room.name, token),
    PlainSocket.join(server.url, room.name, null, { protocols: ['bearer', token] }),
    PlainSocket.join(server.url, room.name, null, { headers: { cookie } }),
  ])
    await (await open).close();
});

it('what an older secret made is taken nowhere', async () => {
  const cookie = `next-auth.session-token=${tokens.older}`;
  expect(await status({ authorization: `Bearer ${tokens.older}` })).toBe(401);
  expect(await status({ cookie })).toBe(401);
  expect(await (await fetch(`${server.url}/api/auth/session`, { headers: { cookie } })).json()).toEqual({});
  await expect(SocketIoClient.connect(server.url, tokens.older)).rejects.toMatchObject({
    data: { code: 'unauthenticated' },
  });
  await expect(PlainSocket.join(server.url, room.name, tokens.older)).rejects.toMatchObject({ status: 401 });
});

it('a new sign-in is made with the present secret alone', async () => {
  const user = await createUser();
  const answer = await fetch(`${server.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: user.email, password: 'correct horse battery' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  expect(await readToken(token, { secret: SECRETS.present, previousSecret: undefined })).not.toBeNull();
  expect(await readToken(token, { secret: SECRETS.previous, previousSecret: undefined })).toBeNull();
});
