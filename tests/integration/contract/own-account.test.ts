import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { env, setEnv } from '@/lib/env';
import { pool } from '@/lib/db';
import { createUser, PASSWORD } from '../../factories';
import { problemSchema } from '../../harness/answers';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
beforeEach(async () => {
  anna = await createPerson();
});

type Fields = Record<string, unknown>;

const NEW_PASSWORD = 'another horse entirely';

function send(method: string, path: string, json?: Fields, as: Person | null = anna) {
  return request(world, `/api/v1/me${path}`, { method, as, ...(json && { json }) });
}

async function problemOf(response: Response) {
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return { status: response.status, code: problem.code, paths: problem.errors?.map(({ path }) => path) };
}

const signIn = (email: string, password: string) => request(world, '/login', { json: { email, password } });
const isGood = async (person: { token: string }) =>
  (await request(world, '/api/v1/me', { headers: { authorization: `Bearer ${person.token}` } })).status === 200;

describe('PATCH /me', () => {
  it('changes what is named, and leaves the rest', async () => {
    const username = `Anna.${anna.id}`;
    const response = await send('PATCH', '', { username: `  ${username} `, locale: 'ru' });
    expect(response.status).toBe(200);
    const user = { id: anna.id, username, email: anna.email, role: 'user', locale: 'ru' };
    expect(await response.json()).toEqual({ user });
    expect(await (await send('GET', '')).json()).toEqual({ user });
    expect((await send('PATCH', '', {})).status).toBe(200);
    expect(await (await send('GET', '')).json()).toEqual({ user });
  });

  it('changes the case of the own name, though it looks like the own name', async () => {
    const response = await send('PATCH', '', { username: anna.username.toUpperCase() });
    expect(await response.json()).toMatchObject({ user: { username: anna.username.toUpperCase() } });
  });

  it('takes the password for another address, which is the key from then on, and keeps the rooms', async () => {
    const room = await world.room(anna);
    const email = `New-${anna.id}@Example.org`;
    const response = await send('PATCH', '', { email: ` ${email}`, password: PASSWORD });
    expect(await response.json()).toMatchObject({ user: { email: email.toLowerCase() } });
    expect((await signIn(email, PASSWORD)).status).toBe(200);
    expect((await signIn(anna.email, PASSWORD)).status).toBe(401);
    const { room: kept } = (await (await request(world, `/api/v1/rooms/${room.name}`, { as: anna })).json()) as {
      room: unknown;
    };
    expect(kept).toMatchObject({ owner: { id: anna.id } });
    expect((await request(world, `/api/v1/rooms/${room.name}`, { as: anna, method: 'DELETE' })).status).toBe(204);
  });

  it.each<[string, Fields, number, string, string[]]>([
    ['another address without the password', { email: 'x@example.org' }, 422, 'unprocessable', ['password']],
    [
      'another address with a wrong password',
      { email: 'x@example.org', password: 'wrong' },
      403,
      'forbidden',
      ['password'],
    ],
    ['a wrong password beside a bad name', { username: 'a b', password: 'wrong' }, 403, 'forbidden', ['password']],
    ['an address that is none', { email: 'x', password: PASSWORD }, 422, 'unprocessable', ['email']],
    ['a name that is none', { username: 'a b' }, 422, 'unprocessable', ['username']],
    ['a language that is not spoken', { locale: 'de' }, 422, 'unprocessable', ['locale']],
    ['no language', { locale: null }, 422, 'unprocessable', ['locale']],
    ['a role', { role: 'administrator' }, 422, 'unprocessable', ['role']],
    ['a suspension', { suspended: false, suspendedAt: null }, 422, 'unprocessable', ['suspended', 'suspendedAt']],
    [
      'a password that is not asked for there',
      { hashedPassword: 'x', id: 1 },
      422,
      'unprocessable',
      ['hashedPassword', 'id'],
    ],
  ])('refuses %s, and changes nothing', async (_title, fields, status, code, paths) => {
    expect(await problemOf(await send('PATCH', '', { ...fields }))).toEqual({ status, code, paths });
    expect(await (await send('GET', '')).json()).toEqual({
      user: { id: anna.id, username: anna.username, email: anna.email, role: 'user', locale: null },
    });
  });

  it('names everything that is taken, look-alikes too', async () => {
    const other = await createUser({ username: `vova${anna.id}` });
    const taken = { username: `VоVа${anna.id}`, email: other.email.toUpperCase(), password: PASSWORD };
    expect(await problemOf(await send('PATCH', '', taken))).toEqual({
      status: 409,
      code: 'conflict',
      paths: ['email', 'username'],
    });
  });

  it('gives one name to one of two who ask for it at once', async () => {
    const boris = await createPerson();
    const username = `wanted-${anna.id}`;
    const answers = await Promise.all([
      send('PATCH', '', { username }),
      send('PATCH', '', { username: username.toUpperCase() }, boris),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('POST /me/password', () => {
  const change = (fields: Fields, as: Person = anna) => send('POST', '/password', fields, as);

  it('changes it, and ends every other session at once', async () => {
    const other = await signInAgain(anna);
    expect((await change({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD })).status).toBe(204);
    expect([await isGood(anna), await isGood(other)]).toEqual([true, false]);
    expect((await signIn(anna.email, PASSWORD)).status).toBe(401);
    expect((await signIn(anna.email, NEW_PASSWORD)).status).toBe(200);
  });

  it.each<[string, Fields, number, string[]]>([
    ['nothing', {}, 422, ['currentPassword', 'newPassword']],
    ['a wrong password', { currentPassword: 'wrong', newPassword: NEW_PASSWORD }, 403, ['currentPassword']],
    ['a wrong password before a bad new one', { currentPassword: 'wrong', newPassword: 'x' }, 403, ['currentPassword']],
    ['a short one', { currentPassword: PASSWORD, newPassword: 'short' }, 422, ['newPassword']],
    ['73 bytes', { currentPassword: PASSWORD, newPassword: 'я'.repeat(36) + 'x' }, 422, ['newPassword']],
    ['something else besides', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, role: 'x' }, 422, ['role']],
  ])('refuses %s, and changes nothing', async (_title, fields, status, paths) => {
    const other = await signInAgain(anna);
    expect(await problemOf(await change(fields))).toMatchObject({ status, paths });
    expect((await signIn(anna.email, PASSWORD)).status).toBe(200);
    expect(await isGood(other)).toBe(true);
  });

  it.each(['of one session', 'of two sessions'])('makes one of two changes at once, %s', async (which) => {
    const second = which === 'of one session' ? anna : { ...anna, ...(await signInAgain(anna)) };
    const passwords = ['the first horse', 'the second horse'];
    const answers = await Promise.all(
      [anna, second].map((person, index) =>
        change({ currentPassword: PASSWORD, newPassword: passwords[index] }, person),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    // The other was no longer right: its password, or its session.
    expect([401, 403]).toContain(statuses.find((status) => status !== 204));
    const won = passwords[statuses.indexOf(204)] ?? '';
    expect((await signIn(anna.email, won)).status).toBe(200);
    expect((await signIn(anna.email, passwords.find((one) => one !== won) ?? '')).status).toBe(401);
  });

  it('lets no sign-in by the old password outlast it', async () => {
    for (let round = 0; round < 5; round++) {
      const person = await createPerson();
      const [changed, ...signedIn] = await Promise.all([
        change({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }, person),
        ...Array.from({ length: 6 }, () => signIn(person.email, PASSWORD)),
      ]);
      expect(changed.status).toBe(204);
      for (const response of signedIn) {
        if (response.status !== 200) continue;
        const { access_token: token } = (await response.json()) as { access_token: string };
        expect(await isGood({ token })).toBe(false);
      }
    }
  });
});

describe('sessions', () => {
  it('are listed with their devices, the one that asks marked and first', async () => {
    const other = await signInAgain(anna);
    const ended = await signInAgain(anna);
    await request(world, '/logout', { headers: { authorization: `Bearer ${ended.token}` } });
    const { sessions } = (await (await send('GET', '/sessions')).json()) as { sessions: Fields[] };
    const time = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    const shape = { createdAt: time, lastSeenAt: time, userAgent: 'test' };
    expect(sessions).toEqual([
      { id: anna.sessionId, ...shape, current: true },
      { id: other.sessionId, ...shape, current: false },
    ]);
  });

  it('are ended one by one, by their owner alone and once', async () => {
    const [other, boris] = [await signInAgain(anna), await createPerson()];
    const path = `/sessions/${other.sessionId}`;
    expect(await problemOf(await send('DELETE', path, undefined, boris))).toMatchObject({ status: 404 });
    expect(await isGood(other)).toBe(true);
    expect((await send('DELETE', path)).status).toBe(204);
    expect([await isGood(other), await isGood(anna)]).toEqual([false, true]);
    expect((await send('DELETE', path)).status).toBe(404);
    for (const id of ['0', '999999999', '99999999999999999999', 'x', '-1', '1.5']) {
      expect(await problemOf(await send('DELETE', `/sessions/${id}`))).toMatchObject({
        status: 404,
        code: 'not_found',
      });
    }
  });

  it('end with the one that asks, whose cookie goes with it', async () => {
    const response = await request(world, `/api/v1/me/sessions/${anna.sessionId}`, {
      method: 'DELETE',
      headers: { cookie: anna.cookie, origin: world.url },
    });
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()[0]).toMatch(/^next-auth\.session-token=; Path=\/; Max-Age=0/);
    expect(await isGood(anna)).toBe(false);
  });

  it('end all together, and nobody else’s', async () => {
    const [other, boris] = [await signInAgain(anna), await createPerson()];
    expect((await send('DELETE', '/sessions')).status).toBe(204);
    expect([await isGood(anna), await isGood(other), await isGood(boris)]).toEqual([false, false, true]);
  });

  it('that ended over thirty days ago are forgotten when one signs in', async () => {
    const [old, recent] = [await signInAgain(anna), await signInAgain(anna)];
    const age = `UPDATE sessions SET revoked_at = now() - $2::interval WHERE id = $1`;
    await pool().query(age, [old.sessionId, '31 days']);
    await pool().query(age, [recent.sessionId, '29 days']);
    expect((await signIn(anna.email, PASSWORD)).status).toBe(200);
    const { rows } = await pool().query<{ id: number }>('SELECT id FROM sessions WHERE user_id = $1', [anna.id]);
    const ids = rows.map(({ id }) => id);
    expect([ids.includes(old.sessionId), ids.includes(recent.sessionId)]).toEqual([false, true]);
  });
});

describe('DELETE /me', () => {
  const remove = (fields: Fields, as: Person = anna) => send('DELETE', '', fields, as);

  it('takes account, sessions and memberships; messages and rooms stay, as nobody’s', async () => {
    const boris = await createPerson();
    const room = await world.room(anna, boris);
    const path = `/api/v1/rooms/${room.name}`;
    await request(world, `${path}/messages`, { as: anna, json: { body: 'I was here' } });
    const other = await signInAgain(anna);
    expect((await remove({ password: PASSWORD })).status).toBe(204);
    expect([await isGood(anna), await isGood(other)]).toEqual([false, false]);
    expect((await signIn(anna.email, PASSWORD)).status).toBe(401);
    const left = (await (await request(world, `${path}/messages`, { as: boris })).json()) as Fields;
    expect(left).toMatchObject({ room: { owner: null }, messages: [{ author: null, body: 'I was here' }] });
    const { rows } = await pool().query('SELECT 1 FROM memberships WHERE user_id = $1', [anna.id]);
    expect(rows).toEqual([]);
    const again = { email: anna.email, username: anna.username, password: PASSWORD };
    expect((await request(world, '/register', { json: again })).status).toBe(201);
  });

  it.each<[string, Fields, number, string[]]>([
    ['no password', {}, 422, ['password']],
    ['a wrong password', { password: 'wrong' }, 403, ['password']],
    ['something else besides', { password: PASSWORD, id: 1 }, 422, ['id']],
  ])('refuses %s', async (_title, fields, status, paths) => {
    expect(await problemOf(await remove(fields))).toMatchObject({ status, paths });
    expect(await isGood(anna)).toBe(true);
  });

  it('keeps the last administrator, also when the last two go at once', async () => {
    const admins = [await createPerson({ role: 'administrator' }), await createPerson({ role: 'administrator' })];
    const answers = await Promise.all(admins.map((admin) => remove({ password: PASSWORD }, admin)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const last = admins[answers.findIndex(({ status }) => status === 409)];
    if (!last) throw new Error('Nobody was refused');
    expect(await problemOf(await remove({ password: PASSWORD }, last))).toMatchObject({ code: 'conflict' });
    expect(await isGood(last)).toBe(true);
  });
});

describe('every route', () => {
  const ROUTES: [string, string, Fields?][] = [
    ['PATCH', '', {}],
    ['DELETE', '', { password: PASSWORD }],
    ['POST', '/password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }],
    ['DELETE', '/sessions'],
    ['DELETE', '/sessions/1'],
  ];

  it.each([...ROUTES, ['GET', ''], ['GET', '/sessions']] as [string, string, Fields?][])(
    '%s /me%s needs a session',
    async (method, path, json) => {
      expect((await send(method, path, json, null)).status).toBe(401);
    },
  );

  it.each(ROUTES)('%s /me%s by cookie needs the service’s own origin', async (method, path, json) => {
    for (const origin of [undefined, 'https://evil.example', 'null']) {
      const headers = { cookie: anna.cookie, ...(origin && { origin }) };
      const response = await request(world, `/api/v1/me${path}`, { method, headers, ...(json && { json }) });
      expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden' });
    }
    expect(await isGood(anna)).toBe(true);
  });

  it.each(ROUTES.filter(([, , json]) => json))('%s /me%s takes JSON alone', async (method, path) => {
    const form = new URLSearchParams({ password: PASSWORD });
    const response = await request(world, `/api/v1/me${path}`, { as: anna, method, body: form });
    expect(await problemOf(response)).toMatchObject({ status: 400 });
    expect(await isGood(anna)).toBe(true);
  });
});

describe('guessing at the password', () => {
  beforeEach(() => setEnv({ ...env(), rateLimits: true }));
  afterEach(() => setEnv({ ...env(), rateLimits: false }));

  it('is limited over all routes together, and does not shut the owner out', async () => {
    const guesses = Array.from({ length: 10 }, (_, index) =>
      index % 2
        ? send('DELETE', '', { password: 'wrong' })
        : send('PATCH', '', { email: 'x@y.org', password: 'wrong' }),
    );
    for (const answer of await Promise.all(guesses)) expect(answer.status).toBe(403);
    const late = await send('POST', '/password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send('PATCH', '', { locale: 'ru' })).status).toBe(200);
    expect((await signIn(anna.email, PASSWORD)).status).toBe(200);
  });

  it('is not what the right password counts as', async () => {
    for (let time = 0; time < 12; time++)
      expect((await send('PATCH', '', { email: anna.email, password: PASSWORD })).status).toBe(200);
  });
});
