import { describe, expect, it, beforeAll } from 'vitest';
import { PASSWORD } from '../../factories';
import { problemSchema } from '../../harness/answers';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
beforeAll(async () => {
  anna = await createPerson();
});

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const own = () => ({ ...browser, origin: world.url });
const cookieOf = (response: Response) =>
  response.headers.getSetCookie().find((cookie) => cookie.startsWith('next-auth.session-token='));
const asCookie = (cookie: string | undefined) => ({ cookie: cookie?.split(';')[0] ?? '' });

let counter = 0;
const newcomer = () => {
  const n = ++counter;
  return { email: `Newcomer-${n}@Example.org `, username: `Newcomer-${n}`, password: 'correct horse' };
};

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

describe('POST /register', () => {
  it('makes an account for a program, and signs it in', async () => {
    const fields = newcomer();
    const response = await request(world, '/register', { json: fields });
    expect(response.status).toBe(201);
    const email = fields.email.trim().toLowerCase();
    expect(await response.json()).toEqual({
      user: { id: expect.any(Number) as number, username: fields.username, email },
    });
    const cookie = cookieOf(response);
    expect(cookie).toMatch(/; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    const me = await request(world, '/api/v1/me', { headers: asCookie(cookie) });
    expect(await me.json()).toMatchObject({ user: { email, role: 'user', locale: null } });
  });

  it('sends a browser to its own page, signed in', async () => {
    const response = await request(world, '/register', { form: newcomer(), headers: own() });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/user']);
    expect((await request(world, '/api/v1/me', { headers: asCookie(cookieOf(response)) })).status).toBe(200);
  });

  it.each([
    ['all missing', {}, ['email', 'username', 'password']],
    ['an address that is none', { ...newcomer(), email: 'anna' }, ['email']],
    ['a short password', { ...newcomer(), password: 'short' }, ['password']],
    ['73 bytes of password', { ...newcomer(), password: 'я'.repeat(36) + 'x' }, ['password']],
    ['a name with a space', { ...newcomer(), username: 'two words' }, ['username']],
    ['an unknown field', { ...newcomer(), role: 'administrator' }, ['role']],
    ['wrong types', { email: 1, username: null, password: [] }, ['email', 'username', 'password']],
  ])('names what is wrong: %s', async (_title, json, paths) => {
    const response = await request(world, '/register', { json });
    expect(response.status).toBe(422);
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ code: 'unprocessable', title: 'Unprocessable Entity' });
    expect(problem.errors?.map(({ path }) => path)).toEqual(paths);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('says which of address and name is taken, in whatever case', async () => {
    const taken = newcomer();
    await request(world, '/register', { json: taken });
    const again = await request(world, '/register', { json: { ...taken, username: taken.username.toUpperCase() } });
    expect(again.status).toBe(409);
    expect((await problemOf(again)).errors?.map(({ path }) => path)).toEqual(['email', 'username']);
  });
});

describe('POST /login', () => {
  const credentials = () => ({ email: anna.email, password: PASSWORD });

  it('gives a program a token and a cookie of one session', async () => {
    const response = await request(world, '/login', { json: credentials() });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Record<string, unknown>;
    expect(answer).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 2_592_000,
      user: { id: anna.id, username: anna.username, email: anna.email },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const bearer = { authorization: `Bearer ${String(answer.access_token)}` };
    expect((await request(world, '/api/v1/me', { headers: bearer })).status).toBe(200);
    await request(world, '/logout', { headers: bearer });
    expect((await request(world, '/api/v1/me', { headers: bearer })).status).toBe(401);
    expect((await request(world, '/api/v1/me', { headers: asCookie(cookieOf(response)) })).status).toBe(401);
  });

  it('understands the password form of OAuth 2', async () => {
    const fields = { grant_type: 'password', username: anna.email, password: PASSWORD };
    for (const form of [fields, { ...fields, scope: '', client_id: 'x', client_secret: 'y' }]) {
      const response = await request(world, '/login', { form });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ token_type: 'bearer' });
    }
    expect((await request(world, '/login', { form: { ...fields, grant_type: 'client_credentials' } })).status).toBe(
      400,
    );
  });

  it('does not take a name for the address beside an address', async () => {
    const response = await request(world, '/login', { json: { ...credentials(), username: 'someone@example.org' } });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).errors).toMatchObject([{ path: 'username' }]);
  });

  it('answers a wrong address and a wrong password alike', async () => {
    const answers = await Promise.all(
      [
        { ...credentials(), password: 'wrong password' },
        { email: 'nobody@example.org', password: PASSWORD },
      ].map(async (json) => {
        const response = await request(world, '/login', { json });
        return [response.status, response.headers.get('www-authenticate'), await response.text()];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(401);
  });

  it.each([
    [undefined, '/user'],
    ['/chat/general?around=5#m-5', '/chat/general?around=5#m-5'],
    ['/chat/общая', '/chat/%D0%BE%D0%B1%D1%89%D0%B0%D1%8F'],
    ['/', '/'],
    ['https://evil.example/', '/user'],
    ['//evil.example', '/user'],
    ['/\\evil.example', '/user'],
    ['/\t/evil.example', '/user'],
    ['/.//evil.example', '/user'],
    ['javascript:alert(1)', '/user'],
    ['http://[', '/user'],
  ])('sends a browser that comes with callbackUrl %j to %s', async (callbackUrl, location) => {
    const form = { ...credentials(), ...(callbackUrl !== undefined && { callbackUrl }) };
    const response = await request(world, '/login', { form, headers: own() });
    expect([response.status, response.headers.get('location')]).toEqual([303, location]);
  });

  it('leads nowhere by an address within an address, whose origin is the inner one’s', async () => {
    const form = { ...credentials(), callbackUrl: `blob:${world.url}/chat/general` };
    const response = await request(world, '/login', { form, headers: own() });
    expect(response.headers.get('location')).toBe('/user');
  });

  it('takes an address of its own in full', async () => {
    const form = { ...credentials(), callbackUrl: `${world.url}/chat/general` };
    const response = await request(world, '/login', { form, headers: own() });
    expect(response.headers.get('location')).toBe('/chat/general');
  });

  it('and registration refuse a foreign origin even without a cookie', async () => {
    for (const path of ['/login', '/register']) {
      for (const origin of ['https://evil.example', 'null', world.url.replace('http', 'https')]) {
        const response = await request(world, path, { json: credentials(), headers: { origin } });
        expect(response.status).toBe(403);
        expect((await problemOf(response)).code).toBe('forbidden');
      }
      expect((await request(world, path, { json: {}, headers: { origin: world.url } })).status).toBe(422);
    }
  });
});

describe('GET /logout', () => {
  it.each(['bearer', 'cookie'])('ends the session of the %s it is called with', async (kind) => {
    const { token, cookie } = await signInAgain(anna);
    const headers: Record<string, string> = kind === 'bearer' ? { authorization: `Bearer ${token}` } : { cookie };
    const response = await request(world, '/logout', { headers });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    expect(cookieOf(response)).toMatch(/^next-auth\.session-token=; Path=\/; Max-Age=0/);
    const both: Record<string, string>[] = [{ authorization: `Bearer ${token}` }, { cookie }];
    for (const after of both) {
      expect((await request(world, '/api/v1/me', { headers: after })).status).toBe(401);
    }
    expect((await request(world, '/api/v1/me', { as: anna })).status).toBe(200);
  });

  it.each<[string, RequestInit, number]>([
    ['HEAD', { method: 'HEAD' }, 303],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch;prerender' } }, 303],
    ['an older prefetch', { headers: { purpose: 'prefetch' } }, 303],
    ['Next’s prefetch', { headers: { 'next-router-prefetch': '1' } }, 303],
    ['a link preview', { headers: { 'x-purpose': 'preview' } }, 303],
    ['another site', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    ['a neighbouring site', { headers: { 'sec-fetch-site': 'same-site' } }, 403],
  ])('has no effect for %s', async (_title, init, status) => {
    const { token, cookie } = await signInAgain(anna);
    const response = await request(world, '/logout', { ...init, headers: { ...(init.headers as object), cookie } });
    expect(response.status).toBe(status);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect((await request(world, '/api/v1/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it('lets a browser go whose session has ended already', async () => {
    const some: Record<string, string>[] = [
      {},
      { cookie: 'next-auth.session-token=nonsense' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of some) {
      expect((await request(world, '/logout', { headers })).status).toBe(303);
    }
  });
});

describe('credentials', () => {
  it.each<[string, () => Record<string, string>, number]>([
    ['none', () => ({}), 401],
    ['a good token', () => ({ authorization: `Bearer ${anna.token}` }), 200],
    ['a good token, named in lower case', () => ({ authorization: `bearer ${anna.token}` }), 200],
    ['a good cookie', () => ({ cookie: anna.cookie }), 200],
    ['a bad token beside a good cookie', () => ({ authorization: 'Bearer nonsense', cookie: anna.cookie }), 401],
    ['an empty token beside a good cookie', () => ({ authorization: 'Bearer', cookie: anna.cookie }), 401],
    [
      'a good token beside a bad cookie',
      () => ({ authorization: `Bearer ${anna.token}`, cookie: 'next-auth.session-token=x' }),
      200,
    ],
    [
      'a bad secure cookie beside a good plain one',
      () => ({ cookie: `__Secure-next-auth.session-token=x; ${anna.cookie}` }),
      401,
    ],
  ])('%s', async (_title, headers, status) => {
    for (const path of ['/api/v1/me', '/user']) {
      const response = await request(world, path, { headers: { accept: 'application/json', ...headers() } });
      expect(response.status).toBe(status);
      if (status !== 401) continue;
      expect((await problemOf(response)).code).toBe('unauthenticated');
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it.each<[string, () => Record<string, string>, number]>([
    ['by cookie, from its own origin', () => ({ cookie: anna.cookie, origin: world.url }), 201],
    ['by cookie, same-origin without an origin', () => ({ cookie: anna.cookie, 'sec-fetch-site': 'same-origin' }), 201],
    ['by cookie, without either', () => ({ cookie: anna.cookie }), 403],
    ['by cookie, from a neighbouring site', () => ({ cookie: anna.cookie, 'sec-fetch-site': 'same-site' }), 403],
    ['by cookie, typed', () => ({ cookie: anna.cookie, 'sec-fetch-site': 'none' }), 403],
    ['by cookie, from a foreign origin', () => ({ cookie: anna.cookie, origin: 'https://evil.example' }), 403],
    [
      'by cookie, from a foreign origin that says it is ours',
      () => ({ cookie: anna.cookie, origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }),
      403,
    ],
    ['by cookie, from null', () => ({ cookie: anna.cookie, origin: 'null' }), 403],
    [
      'by a bad cookie, from a foreign origin',
      () => ({ cookie: 'next-auth.session-token=x', origin: 'https://evil.example' }),
      403,
    ],
    ['by token, from anywhere', () => ({ authorization: `Bearer ${anna.token}`, origin: 'https://evil.example' }), 201],
    [
      'by a bad token beside a good cookie',
      () => ({ authorization: 'Bearer x', cookie: anna.cookie, origin: world.url }),
      401,
    ],
  ])('a change %s', async (_title, headers, status) => {
    const json = { name: `origin ${++counter}` };
    for (const path of ['/user/rooms', '/api/v1/rooms']) {
      const response = await request(world, path, {
        json: { name: `${json.name} ${path.length}` },
        headers: headers(),
      });
      expect(response.status).toBe(status);
    }
  });
});
