import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NO_PASSWORD } from '@/lib/auth/passwords';
import { pool } from '@/lib/db';
import { env, setEnv } from '@/lib/env';
import { PASSWORD } from '../../factories';
import { problemSchema } from '../../harness/answers';
import { Authenticator, forgetSteps, giveSecondFactor } from '../../harness/authenticator';
import { createPerson, type Person } from '../../harness/people';
import { inWorld, request } from './world';

const world = inWorld();
let anna: Person;
beforeEach(async () => {
  anna = await createPerson();
});

type Fields = Record<string, unknown>;

const PATH = '/api/v1/me/second-factor';
const send = (method: string, path = '', json?: Fields, as: Person | null = anna) =>
  request(world, PATH + path, { method, as, ...(json && { json }) });

const setupSchema = z.strictObject({ secret: z.string(), uri: z.url() });
const codesSchema = z.strictObject({ recoveryCodes: z.array(z.string()) });

async function begin(): Promise<z.infer<typeof setupSchema>> {
  const response = await send('POST', '', { password: PASSWORD });
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return setupSchema.parse(await response.json());
}

async function codesOf(response: Response): Promise<string[]> {
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return codesSchema.parse(await response.json()).recoveryCodes;
}

async function switchOn(): Promise<{ app: Authenticator; codes: string[] }> {
  const app = new Authenticator((await begin()).secret);
  return { app, codes: await codesOf(await send('POST', '/confirm', { code: app.code() })) };
}

const stateOf = async (person = anna): Promise<unknown> => (await send('GET', '', undefined, person)).json();
const OFF = { enabled: false, recoveryCodesLeft: 0 };
const ON = { enabled: true, recoveryCodesLeft: 10 };

async function problemOf(response: Response) {
  const { status, code, errors } = problemSchema.parse(await response.json());
  expect(status).toBe(response.status);
  return { status, code, paths: errors?.map(({ path }) => path) };
}

const signIn = async (code?: string) =>
  (await request(world, '/login', { json: { email: anna.email, password: PASSWORD, ...(code && { code }) } })).status;

describe('switching on', () => {
  it('shows a secret, and is not done before a code of it came', async () => {
    expect(await stateOf()).toEqual(OFF);
    const { secret, uri } = await begin();
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    expect(decodeURIComponent(new URL(uri).pathname)).toBe(`/Beseda (localhost):${anna.email}`);
    expect(await stateOf()).toEqual(OFF);
    expect(await signIn()).toBe(200);

    const app = new Authenticator(secret);
    expect(await problemOf(await send('POST', '/confirm', { code: app.wrong() }))).toEqual({
      status: 403,
      code: 'forbidden',
      paths: ['code'],
    });
    expect(await stateOf()).toEqual(OFF);
    const codes = await codesOf(await send('POST', '/confirm', { code: app.code() }));
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    // Twelve of 32 characters: 60 bits.
    for (const code of codes)
      expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}$/);
    expect(await stateOf()).toEqual(ON);
    expect(await signIn()).toBe(401);
  });

  it('keeps no recovery code, only what it is recognised by', async () => {
    const { codes } = await switchOn();
    const { rows } = await pool().query<{ row: string }>(
      'SELECT c::text AS row FROM recovery_codes c WHERE user_id = $1',
      [anna.id],
    );
    expect(rows).toHaveLength(10);
    const kept = rows.map(({ row }) => row).join(' ');
    for (const code of codes) {
      expect(kept).not.toContain(code);
      expect(kept).not.toContain(code.replaceAll('-', ''));
    }
  });

  it('leaves the sessions that there are', async () => {
    const other = await request(world, '/login', { json: { email: anna.email, password: PASSWORD } });
    const { access_token: token } = (await other.json()) as { access_token: string };
    await switchOn();
    for (const each of [token, anna.token])
      expect((await request(world, '/api/v1/me', { headers: { authorization: `Bearer ${each}` } })).status).toBe(200);
  });

  it('takes the code of the secret that was shown last', async () => {
    const [first, second] = [await begin(), await begin()];
    expect(first.secret).not.toBe(second.secret);
    expect((await send('POST', '/confirm', { code: new Authenticator(first.secret).code() })).status).toBe(403);
    expect((await send('POST', '/confirm', { code: new Authenticator(second.secret).code() })).status).toBe(200);
  });

  it('happens once of two that come at the same time, whose codes alone are good', async () => {
    const app = new Authenticator((await begin()).secret);
    const code = app.code();
    const answers = await Promise.all([1, 2, 3].map(() => send('POST', '/confirm', { code })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(await stateOf()).toEqual(ON);
  });

  it('is not begun again, or confirmed again, while it is on', async () => {
    const { app } = await switchOn();
    expect(await problemOf(await send('POST', '', { password: PASSWORD }))).toMatchObject({ code: 'conflict' });
    expect(await problemOf(await send('POST', '/confirm', { code: app.code(1) }))).toMatchObject({ code: 'conflict' });
    expect(await signIn(app.code(1))).toBe(200);
  });

  it('waits half an hour for the code, and no longer', async () => {
    const app = new Authenticator((await begin()).secret);
    const age = `UPDATE second_factors SET created_at = now() - $2::interval WHERE user_id = $1`;
    await pool().query(age, [anna.id, '31 minutes']);
    expect(await problemOf(await send('POST', '/confirm', { code: app.code() }))).toMatchObject({ status: 409 });
    await pool().query(age, [anna.id, '29 minutes']);
    expect((await send('POST', '/confirm', { code: app.code() })).status).toBe(200);
  });

  it('uses up the code that confirms it', async () => {
    const app = new Authenticator((await begin()).secret);
    const code = app.code();
    await send('POST', '/confirm', { code });
    expect(await signIn(code)).toBe(401);
    expect(await signIn(app.code(1))).toBe(200);
  });
});

describe('new recovery codes', () => {
  it('void the old ones', async () => {
    const { codes: old } = await switchOn();
    expect(await signIn(old[0])).toBe(200);
    expect(await stateOf()).toEqual({ ...ON, recoveryCodesLeft: 9 });
    const fresh = await codesOf(await send('POST', '/recovery-codes', { password: PASSWORD, code: old[1] }));
    expect(fresh.filter((code) => old.includes(code))).toEqual([]);
    expect(await stateOf()).toEqual(ON);
    expect([await signIn(old[2]), await signIn(fresh[2])]).toEqual([401, 200]);
  });

  it('are ten, also where two ask for them at once: the one that is late brings a code that is void', async () => {
    const { codes } = await switchOn();
    const answers = await Promise.all(
      [0, 1].map((index) => send('POST', '/recovery-codes', { password: PASSWORD, code: codes[index] })),
    );
    const [first, late] = answers.toSorted((one, other) => one.status - other.status);
    expect(late?.status).toBe(403);
    const [fresh] = first ? await codesOf(first) : [];
    expect(await stateOf()).toEqual(ON);
    expect(await signIn(fresh)).toBe(200);
  });
});

describe('switching off', () => {
  it.each(['a code', 'a recovery code'])('takes the password and %s', async (which) => {
    const { app, codes } = await switchOn();
    const code = which === 'a code' ? app.code(1) : codes[3];
    expect((await send('DELETE', '', { password: PASSWORD, code })).status).toBe(204);
    expect(await stateOf()).toEqual(OFF);
    expect(await signIn()).toBe(200);
    const { rows } = await pool().query(
      'SELECT user_id FROM second_factors WHERE user_id = $1 UNION ALL SELECT user_id FROM recovery_codes WHERE user_id = $1',
      [anna.id],
    );
    expect(rows).toEqual([]);
  });

  it('leaves a code that was refused beside it unused', async () => {
    const { app } = await switchOn();
    expect((await send('DELETE', '', { password: 'wrong', code: app.code(1) })).status).toBe(403);
    expect(await signIn(app.code(1))).toBe(200);
  });
});

describe('what is refused', () => {
  const wrongPassword = { password: 'wrong', code: '000000' };
  it.each<[string, string, string, Fields, number, string[]]>([
    ['begin without a password', 'POST', '', {}, 422, ['password']],
    ['begin with a wrong one', 'POST', '', { password: 'wrong' }, 403, ['password']],
    ['begin with something else', 'POST', '', { password: PASSWORD, code: '1' }, 422, ['code']],
    ['confirm without a code', 'POST', '/confirm', {}, 422, ['code']],
    ['confirm with a number', 'POST', '/confirm', { code: 123456 }, 422, ['code']],
    ['new codes with nothing', 'POST', '/recovery-codes', {}, 422, ['password', 'code']],
    ['new codes with a wrong password', 'POST', '/recovery-codes', wrongPassword, 403, ['password']],
    ['new codes with the password alone', 'POST', '/recovery-codes', { password: PASSWORD }, 422, ['code']],
    ['new codes with a code that is none', 'POST', '/recovery-codes', { password: PASSWORD, code: '-' }, 403, ['code']],
    ['off with nothing', 'DELETE', '', {}, 422, ['password', 'code']],
    ['off without a code', 'DELETE', '', { password: PASSWORD }, 422, ['code']],
    ['off with a wrong password', 'DELETE', '', wrongPassword, 403, ['password']],
    ['off with a code that is none', 'DELETE', '', { password: PASSWORD, code: 'none' }, 403, ['code']],
    ['off with NUL for a code', 'DELETE', '', { password: PASSWORD, code: '\0'.repeat(12) }, 403, ['code']],
    ['off with a long code', 'DELETE', '', { password: PASSWORD, code: '1'.repeat(100_000) }, 403, ['code']],
  ])('%s', async (_title, method, path, json, status, paths) => {
    const { id } = anna;
    if (method === 'DELETE' || path === '/recovery-codes') await giveSecondFactor(id, ['abcdefghjkmn']);
    const before = await stateOf();
    expect(await problemOf(await send(method, path, json))).toMatchObject({ status, paths });
    expect(await stateOf()).toEqual(before);
  });

  it.each(['/recovery-codes', ''])('%s where there is none', async (path) => {
    const method = path === '' ? 'DELETE' : 'POST';
    const json = { password: PASSWORD, code: '123456' };
    expect(await problemOf(await send(method, path, json))).toMatchObject({ status: 409, code: 'conflict' });
  });

  it.each(['', '/confirm', '/recovery-codes'])('%s by a cookie from elsewhere, and without a session', async (path) => {
    const headers = { cookie: anna.cookie, origin: 'https://evil.example' };
    const json = { password: PASSWORD };
    expect((await request(world, PATH + path, { json, headers })).status).toBe(403);
    expect((await send('POST', path, json, null)).status).toBe(401);
    expect((await request(world, PATH, { method: 'DELETE', json, headers })).status).toBe(403);
    expect((await send('GET', '', undefined, null)).status).toBe(401);
  });
});

describe('guessing at one’s own codes', () => {
  beforeEach(() => setEnv({ ...env(), rateLimits: true }));
  afterEach(() => setEnv({ ...env(), rateLimits: false }));

  it('is limited, together with passwords', async () => {
    const app = await giveSecondFactor(anna.id);
    const statuses: number[] = [];
    for (let time = 0; time < 9; time++)
      statuses.push((await send('DELETE', '', { password: PASSWORD, code: app.wrong() })).status);
    expect(statuses).toEqual(Array(9).fill(403));
    expect((await send('POST', '/recovery-codes', { password: 'wrong' })).status).toBe(403);
    expect((await send('DELETE', '', { password: PASSWORD, code: app.code() })).status).toBe(429);
    expect(await stateOf()).toMatchObject({ enabled: true });
  });

  it('is limited while it is switched on, and a success does not count', async () => {
    const app = new Authenticator((await begin()).secret);
    for (let time = 0; time < 10; time++)
      expect((await send('POST', '/confirm', { code: app.wrong() })).status).toBe(403);
    expect((await send('POST', '/confirm', { code: app.code() })).status).toBe(429);
    const boris = await createPerson();
    for (let time = 0; time < 11; time++) {
      const shown = setupSchema.parse(await (await send('POST', '', { password: PASSWORD }, boris)).json());
      const his = new Authenticator(shown.secret);
      expect((await send('POST', '/confirm', { code: his.code() }, boris)).status).toBe(200);
      await forgetSteps(boris.id);
      expect((await send('DELETE', '', { password: PASSWORD, code: his.code() }, boris)).status).toBe(204);
    }
  });
});

it('an account without a password takes a session that was just begun instead', async () => {
  await pool().query('UPDATE users SET hashed_password = $2 WHERE id = $1', [anna.id, NO_PASSWORD]);
  const shown = setupSchema.parse(await (await send('POST', '', {})).json());
  const app = new Authenticator(shown.secret);
  expect(await codesOf(await send('POST', '/confirm', { code: app.code() }))).toHaveLength(10);
  const [spare] = await codesOf(await send('POST', '/recovery-codes', { code: app.code(1) }));
  const age = `UPDATE sessions SET created_at = now() - $2::interval WHERE user_id = $1`;
  await pool().query(age, [anna.id, '11 minutes']);
  expect((await send('POST', '/recovery-codes', { code: spare })).status).toBe(403);
  expect((await send('DELETE', '', { code: spare })).status).toBe(403);
  await pool().query(age, [anna.id, '9 minutes']);
  expect((await send('DELETE', '', {})).status).toBe(422);
  expect((await send('DELETE', '', { code: spare })).status).toBe(204);
});

describe('an administrator', () => {
  const remove = (username: string, as: Person) =>
    request(world, `/api/v1/users/${username}/second-factor`, { method: 'DELETE', as });

  it('takes somebody’s second factor away, which is noted, and ends no session', async () => {
    const chief = await createPerson({ role: 'administrator' });
    await giveSecondFactor(anna.id, ['abcdefghjkmn']);
    expect(await signIn()).toBe(401);
    const listed = async () =>
      (await (await request(world, `/api/v1/users?q=${anna.username}`, { as: chief })).json()) as { users: Fields[] };
    expect((await listed()).users).toMatchObject([{ username: anna.username, secondFactor: true }]);
    expect((await remove(anna.username, chief)).status).toBe(204);
    expect((await listed()).users).toMatchObject([{ username: anna.username, secondFactor: false }]);
    expect(await stateOf()).toEqual(OFF);
    expect(await signIn()).toBe(200);
    // A second time there is nothing to do, and nothing to note.
    expect((await remove(anna.username, chief)).status).toBe(204);
    const { rows } = await pool().query('SELECT action, actor, username FROM audit_log WHERE user_id = $1', [anna.id]);
    expect(rows).toEqual([{ action: 'user:second-factor-removed', actor: chief.username, username: anna.username }]);
    const { entries } = (await (await request(world, '/api/v1/audit', { as: chief })).json()) as { entries: Fields[] };
    expect(entries[0]).toMatchObject({ action: 'user:second-factor-removed', user: { username: anna.username } });
  });

  it('is one, and names somebody', async () => {
    const chief = await createPerson({ role: 'administrator' });
    await giveSecondFactor(chief.id);
    expect((await remove(chief.username, anna)).status).toBe(403);
    expect((await remove('nobody-at-all', chief)).status).toBe(404);
    expect(await stateOf(chief)).toMatchObject({ enabled: true });
  });
});

it('another password, by its owner or by a link, leaves it on; deleting the account takes it along', async () => {
  const chief = await createPerson({ role: 'administrator' });
  const app = await giveSecondFactor(anna.id, ['abcdefghjkmn']);
  const made = await request(world, `/api/v1/users/${anna.username}/reset`, { method: 'POST', as: chief });
  const { url } = (await made.json()) as { url: string };
  const reset = { token: new URL(url).searchParams.get('token'), password: PASSWORD };
  expect((await request(world, '/reset', { json: reset })).status).toBe(204);
  expect(await signIn()).toBe(401);
  const entered = await request(world, '/login', {
    json: { email: anna.email, password: PASSWORD, code: app.code() },
  });
  const { access_token: token } = (await entered.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  expect((await request(world, '/api/v1/me', { method: 'DELETE', headers, json: { password: PASSWORD } })).status).toBe(
    204,
  );
  const { rows } = await pool().query(
    'SELECT user_id FROM second_factors WHERE user_id = $1 UNION ALL SELECT user_id FROM recovery_codes WHERE user_id = $1',
    [anna.id],
  );
  expect(rows).toEqual([]);
});
