import { randomUUID } from 'node:crypto';
import { encode } from 'next-auth/jwt';
import { beforeAll, describe, expect, it } from 'vitest';
import { env } from '@/lib/env';
import { resolveToken } from '@/lib/auth/sessions';
import { PASSWORD } from '../../factories';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { connectSocketIo, openSocketIo } from '../../harness/socket-io-client';
import { inWorld, request } from '../contract/world';
import { readToken } from '@/lib/auth/tokens';

const world = inWorld();
let anna: Person;
let room: string;
beforeAll(async () => {
  anna = await createPerson();
  room = (await world.room(anna)).name;
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token whose claims are good but for `changed`, encrypted as the service does. */
async function made(changed: object, options: { secret?: string; maxAge?: number } = {}): Promise<string> {
  const claims = await readToken(anna.token);
  const token = { sub: String(anna.id), sid: claims?.tokenId, purpose: 'session', ...changed };
  return encode({ token, secret: env().secret, maxAge: 3_600, ...options });
}

const FORGED: Record<string, () => string | Promise<string>> = {
  'alg none': () => `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: String(anna.id), purpose: 'session' })}.`,
  'alg none, encrypted in name': () => anna.token.replace(/^[^.]+/, part({ alg: 'none', enc: 'A256GCM' })),
  'signed instead of encrypted': () => `${part({ alg: 'HS256' })}.${part({ sub: String(anna.id) })}.c2lnbmVk`,
  'a changed letter': () => anna.token.replace(/.(?=.{30}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
  'a tag cut short': () => anna.token.slice(0, -4),
  expired: () => made({}, { maxAge: -60 }),
  'of another purpose': () => made({ purpose: 'password-reset' }),
  'of no purpose': () => made({ purpose: undefined }),
  'of another secret': () => made({}, { secret: 'a secret that somebody guessed' }),
  'of a session that never was': () => made({ sid: randomUUID() }),
  'of somebody else’s session': () => made({ sub: String(anna.id + 1) }),
  'of a user who is no number': () => made({ sub: '1 OR 1=1' }),
  'percent signs': () => '%%',
  'broken percent-encoding': () => '%E0%A4%A',
  'no letters': () => '....',
  __proto__: () => '__proto__',
  'very long': () => 'x'.repeat(8_000),
};

it('what is forged below is good but for what is said of it', async () => {
  expect(await resolveToken(await made({}))).toMatchObject({ id: anna.id });
});

describe.each(Object.entries(FORGED))('a token that is forged, %s, is nobody’s', (_title, forge) => {
  it.each<[string, (token: string) => Record<string, string>]>([
    ['bearer', (token) => ({ authorization: `Bearer ${token}` })],
    ['cookie', (token) => ({ cookie: `next-auth.session-token=${token}` })],
    ['secure cookie', (token) => ({ cookie: `__Secure-next-auth.session-token=${token}` })],
  ])('as %s', async (_name, headersOf) => {
    const headers = headersOf(await forge());
    for (const path of ['/api/v1/me', '/user', `/chat/${room}`]) {
      const response = await request(world, path, { headers: { accept: 'application/json', ...headers } });
      expect([path, response.status]).toEqual([path, 401]);
    }
    const written = await request(world, `/chat/${room}`, {
      json: { body: 'x' },
      headers: { origin: world.url, ...headers },
    });
    expect(written.status).toBe(401);
    const socket = openSocketIo(world.url, null, { headers });
    await expect(connectSocketIo(socket)).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
    const upgrade = PlainSocket.open(world.url, `/ws/chat/${room}`, null, { headers });
    await expect(upgrade).rejects.toMatchObject({ status: 401 });
  });

  it('in the handshake', async () => {
    const socket = openSocketIo(world.url, await forge());
    await expect(connectSocketIo(socket)).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
  });
});

describe('a session that somebody planted', () => {
  it.each(['/login', '/register'])('is not the one that %s begins', async (path) => {
    const attacker = await createPerson();
    const account = { email: anna.email, password: PASSWORD };
    const newcomer = { email: 'newcomer@example.org', username: 'newcomer', password: PASSWORD };
    const response = await request(world, path, {
      json: path === '/login' ? account : newcomer,
      headers: { cookie: attacker.cookie, origin: world.url },
    });
    const given = response.headers.getSetCookie().find((cookie) => cookie.startsWith('next-auth.session-token='));
    expect(given).toBeDefined();
    expect(given?.split(';')[0]).not.toBe(attacker.cookie);
    expect(await resolveToken(attacker.token)).toMatchObject({ id: attacker.id });
    const token = given?.split(';')[0]?.split('=')[1] ?? '';
    expect((await resolveToken(token))?.id).not.toBe(attacker.id);
  });
});
