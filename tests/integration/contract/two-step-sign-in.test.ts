import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueChallenge } from '@/lib/auth/sign-in-challenge';
import { pool } from '@/lib/db';
import { env, setEnv } from '@/lib/env';
import { createUser, PASSWORD } from '../../factories';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { problemSchema } from '../../harness/answers';
import { forgetSteps, giveSecondFactor, type Authenticator } from '../../harness/authenticator';
import { createPerson, type Person } from '../../harness/people';
import { inWorld, request } from './world';

const world = inWorld();
const RECOVERY = ['abcdefghjk01', 'abcdefghjk02', 'abcdefghjk03'];
let anna: Person;
let app: Authenticator;
beforeEach(async () => {
  anna = await createPerson();
  app = await giveSecondFactor(anna.id, RECOVERY);
});

type Fields = Record<string, string>;

const login = (fields: Fields, headers: Fields = {}) => request(world, '/login', { json: fields, headers });
const signIn = (code?: string, email = anna.email) =>
  login({ email, password: PASSWORD, ...(code !== undefined && { code }) });
const wrongPassword = (fields: Fields = {}) => login({ email: anna.email, password: 'wrong, certainly', ...fields });
const statusOf = async (response: Response | Promise<Response>) => (await response).status;
const sessionsOf = async (id = anna.id) =>
  (await pool().query('SELECT id FROM sessions WHERE user_id = $1', [id])).rows.length;

/** What a browser sends: a form, from a page of the service. */
const post = (form: Fields, cookie = '') =>
  request(world, '/login', { form, headers: { accept: 'text/html', origin: world.url, ...(cookie && { cookie }) } });

const SET_COOKIE = /^beseda\.sign-in=([^;]+); Path=\/login; Max-Age=300; HttpOnly; SameSite=Lax$/;

/** The first step, as a browser takes it. */
async function firstStep(fields: Fields = {}): Promise<{ challenge: string; cookie: string; location: string | null }> {
  const response = await post({ email: anna.email, password: PASSWORD, ...fields });
  expect(response.status).toBe(303);
  const [line = '', ...others] = response.headers.getSetCookie();
  expect(others).toEqual([]);
  const [, challenge = ''] = SET_COOKIE.exec(line) ?? [];
  expect(challenge).not.toBe('');
  return { challenge, cookie: `beseda.sign-in=${challenge}`, location: response.headers.get('location') };
}

const secondStep = (cookie: string, code: string, fields: Fields = {}) =>
  post({ step: 'code', code, ...fields }, cookie);

describe('a program', () => {
  it('is asked for the code once the password was right, and for nothing before', async () => {
    const before = await sessionsOf();
    const response = await signIn();
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    const { code, errors } = problemSchema.parse(await response.json());
    expect([code, errors?.map(({ path }) => path)]).toEqual(['unauthenticated', ['code']]);
    expect(await sessionsOf()).toBe(before);
  });

  it('signs in with a code, as JSON and as OAuth 2 has it', async () => {
    const response = await signIn(app.code());
    expect(response.status).toBe(200);
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect(await statusOf(request(world, '/api/v1/me', { headers: { authorization: `Bearer ${token}` } }))).toBe(200);
    const grant = { grant_type: 'password', username: anna.email, password: PASSWORD };
    expect(await statusOf(request(world, '/login', { form: grant }))).toBe(401);
    expect(await statusOf(request(world, '/login', { form: { ...grant, code: app.code(1) } }))).toBe(200);
  });

  it.each(['wrong', 'of two steps ago', 'empty', 'of somebody else', 'a recovery code of somebody else'])(
    'is refused with a code that is %s',
    async (which) => {
      const other = await createUser();
      const code = {
        wrong: app.wrong(),
        'of two steps ago': app.code(-3),
        empty: ' ',
        'of somebody else': (await giveSecondFactor(other.id, ['0123456789ab'])).code(),
        'a recovery code of somebody else': '0123456789ab',
      }[which];
      const response = await signIn(code);
      expect(response.status).toBe(401);
      expect(problemSchema.parse(await response.json()).errors).toMatchObject([{ path: 'code' }]);
      expect(await sessionsOf()).toBe(1);
    },
  );

  it.each<[string, (code: string) => string]>([
    ['with a space', (code) => `${code.slice(0, 3)} ${code.slice(3)}`],
    [
      'in full-width digits',
      (code) => code.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
    ],
    ['with a dash and a line’s end', (code) => `${code.slice(0, 3)}–${code.slice(3)}\n`],
  ])('may write the code %s', async (_title, write) => {
    expect(await statusOf(signIn(write(app.code())))).toBe(200);
  });

  it.each(['ABCDEFGHJK01', 'abcd-efgh-jk01', ' abcd efgh jko1 ', 'ABCD–EFGH–JKOL'])(
    'may write a recovery code %j',
    async (code) => {
      expect(await statusOf(signIn(code))).toBe(200);
    },
  );

  it('needs no code where there is no second factor, and one that comes does not matter', async () => {
    const boris = await createUser();
    expect(await statusOf(signIn(undefined, boris.email))).toBe(200);
    expect(await statusOf(signIn('123456', boris.email))).toBe(200);
  });

  it('needs none for one that was begun and not confirmed', async () => {
    await pool().query('UPDATE second_factors SET confirmed_at = NULL WHERE user_id = $1', [anna.id]);
    expect(await statusOf(signIn())).toBe(200);
  });
});

describe('nobody learns who has a second factor', () => {
  it('before the password was right, whatever code comes with it', async () => {
    const boris = await createUser();
    const answers = [];
    for (const email of [anna.email, boris.email, 'nobody@example.org'])
      for (const code of [{} as Fields, { code: '123456' }, { code: RECOVERY[0] ?? '' }, { code: app.code() }]) {
        const response = await wrongPassword({ email, ...code });
        answers.push([response.status, await response.text(), response.headers.getSetCookie()]);
      }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.[0]).toBe(401);
    // A code beside a wrong password is not used up.
    expect(await statusOf(signIn(RECOVERY[0]))).toBe(200);
    expect(await statusOf(signIn(app.code()))).toBe(200);
  });

  it('from a suspended account, which is refused before', async () => {
    await pool().query('UPDATE users SET suspended_at = now() WHERE id = $1', [anna.id]);
    expect(await statusOf(signIn())).toBe(403);
    expect(await statusOf(signIn(app.code()))).toBe(403);
    expect(await statusOf(post({ email: anna.email, password: PASSWORD }))).toBe(403);
  });
});

describe('a code counts once', () => {
  it('of an application, also while its step lasts, and with it every earlier one', async () => {
    const [present, next] = [app.code(), app.code(1)];
    expect(await statusOf(signIn(present))).toBe(200);
    expect(await statusOf(signIn(present))).toBe(401);
    expect(await statusOf(signIn(next))).toBe(200);
    expect([await statusOf(signIn(next)), await statusOf(signIn(present))]).toEqual([401, 401]);
    await forgetSteps(anna.id);
    expect(await statusOf(signIn(app.code()))).toBe(200);
  });

  it.each(['of an application', 'that stands in for it'])(
    '%s, also when it is sent five times at once',
    async (which) => {
      const code = which === 'of an application' ? app.code() : (RECOVERY[1] ?? '');
      const statuses = await Promise.all(Array.from({ length: 5 }, () => statusOf(signIn(code))));
      expect(statuses.toSorted()).toEqual([200, 401, 401, 401, 401]);
      expect(await sessionsOf()).toBe(2);
    },
  );

  it('that stands in for it', async () => {
    expect([await statusOf(signIn(RECOVERY[0])), await statusOf(signIn(RECOVERY[0]))]).toEqual([200, 401]);
    expect(await statusOf(signIn(RECOVERY[1]))).toBe(200);
  });
});

describe('a browser', () => {
  it('gives the password, then the code alone', async () => {
    const { cookie, challenge, location } = await firstStep();
    expect(location).toBe('/login?step=code');
    expect(await sessionsOf()).toBe(1);
    const response = await secondStep(cookie, app.code());
    expect([response.status, response.headers.get('location')]).toEqual([303, '/user']);
    const [session = '', gone] = response.headers.getSetCookie();
    expect(session).toMatch(/^next-auth\.session-token=[^;]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    expect(gone).toBe('beseda.sign-in=; Path=/login; Max-Age=0; HttpOnly; SameSite=Lax');
    expect(session).not.toContain(challenge);
    expect(await sessionsOf()).toBe(2);
  });

  it('comes to where it wanted to go, and with a recovery code to where it is told how many are left', async () => {
    const { cookie, location } = await firstStep({ callbackUrl: '/chat/general?x=1' });
    expect(location).toBe('/login?step=code&callbackUrl=%2Fchat%2Fgeneral%3Fx%3D1');
    const wanted = { callbackUrl: '/chat/general?x=1' };
    expect((await secondStep(cookie, app.code(), wanted)).headers.get('location')).toBe('/chat/general?x=1');
    const evil = { callbackUrl: 'https://evil.example/' };
    expect((await secondStep(cookie, app.code(1), evil)).headers.get('location')).toBe('/user');
    expect((await firstStep(evil)).location).toBe('/login?step=code');
    const byRecovery = await secondStep(cookie, RECOVERY[0] ?? '', { ...wanted, step: 'recovery' });
    expect(byRecovery.headers.get('location')).toBe('/user/account?done=recovery');
  });

  it('stays at the second step after a wrong code, and may try again', async () => {
    const { cookie } = await firstStep();
    const refused = await secondStep(cookie, app.wrong());
    expect(refused.status).toBe(401);
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await statusOf(secondStep(cookie, ''))).toBe(422);
    expect(await statusOf(secondStep(cookie, app.code()))).toBe(303);
  });

  it('may send the code as JSON', async () => {
    const { cookie } = await firstStep();
    const response = await login({ code: app.code() }, { cookie });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual([
      'beseda.sign-in',
      'next-auth.session-token',
    ]);
    // Without the cookie it is a sign-in without address and password.
    expect(await statusOf(login({ code: app.code(1) }))).toBe(422);
  });

  it.skipIf(BEHIND_NGINX)('does it over https with cookies that only https can set', async () => {
    const before = env();
    try {
      setEnv({ ...before, trustProxy: 1 });
      const headers = { accept: 'text/html', origin: world.url.replace('http', 'https'), 'x-forwarded-proto': 'https' };
      const first = await request(world, '/login', { form: { email: anna.email, password: PASSWORD }, headers });
      const [line = ''] = first.headers.getSetCookie();
      expect(line).toMatch(
        /^__Secure-beseda\.sign-in=[^;]+; Path=\/login; Max-Age=300; HttpOnly; SameSite=Lax; Secure$/,
      );
      const cookie = line.split(';')[0] ?? '';
      const second = await request(world, '/login', {
        form: { step: 'code', code: app.code() },
        headers: { ...headers, cookie },
      });
      expect(second.status).toBe(303);
    } finally {
      setEnv(before);
    }
  });
});

describe('what is kept between the steps', () => {
  const begins = async (cookie: string) => (await secondStep(cookie, app.code())).status === 303;

  it('is no session, and no session is it', async () => {
    const { challenge } = await firstStep();
    for (const headers of [
      { authorization: `Bearer ${challenge}` },
      { cookie: `next-auth.session-token=${challenge}` },
      { cookie: `beseda.sign-in=${challenge}` },
    ] as Fields[])
      expect(await statusOf(request(world, '/api/v1/me', { headers }))).toBe(401);
    expect(await begins(`beseda.sign-in=${anna.token}`)).toBe(false);
    expect(await begins(`beseda.sign-in=${challenge.slice(0, -2)}`)).toBe(false);
    expect(await begins('beseda.sign-in=')).toBe(false);
    expect(await begins('')).toBe(false);
    expect(await begins(`beseda.sign-in=${challenge}`)).toBe(true);
  });

  it('holds for whose password it was alone', async () => {
    const boris = await createUser();
    const his = await giveSecondFactor(boris.id);
    const { cookie } = await firstStep();
    expect(await statusOf(secondStep(cookie, his.code()))).toBe(401);
    expect(await statusOf(secondStep(cookie, app.code()))).toBe(303);
    expect(await sessionsOf(boris.id)).toBe(0);
  });

  it('ends with the password', async () => {
    const { cookie } = await firstStep();
    const change = { currentPassword: PASSWORD, newPassword: 'another horse entirely' };
    expect(await statusOf(request(world, '/api/v1/me/password', { as: anna, json: change }))).toBe(204);
    expect(await statusOf(secondStep(cookie, app.code()))).toBe(401);
    expect(await sessionsOf()).toBe(1);
    // The code was not used up by that.
    expect(await statusOf(login({ email: anna.email, password: change.newPassword, code: app.code() }))).toBe(200);
  });

  it('is of no use to who was suspended or deleted meanwhile', async () => {
    const { cookie } = await firstStep();
    await pool().query('UPDATE users SET suspended_at = now() WHERE id = $1', [anna.id]);
    expect(await statusOf(secondStep(cookie, app.code()))).toBe(403);
    await pool().query('DELETE FROM users WHERE id = $1', [anna.id]);
    expect(await statusOf(secondStep(cookie, app.code()))).toBe(401);
  });

  it('needs no code any more where the second factor was taken away meanwhile', async () => {
    const { cookie } = await firstStep();
    await pool().query('DELETE FROM second_factors WHERE user_id = $1', [anna.id]);
    expect(await begins(cookie)).toBe(true);
  });

  it('outlives a change of the secret, but not two', async () => {
    const before = env();
    const { cookie } = await firstStep();
    try {
      setEnv({ ...before, secret: 'the secret of next month, long enough', previousSecret: before.secret });
      expect(await begins(cookie)).toBe(true);
      setEnv({ ...before, secret: 'the secret of next year, long enough', previousSecret: 'the secret of next month' });
      expect(await statusOf(secondStep(cookie, app.code(1)))).toBe(401);
    } finally {
      setEnv(before);
    }
  });

  it('does not outlast a password that is hashed again at another cost', async () => {
    const before = env();
    try {
      setEnv({ ...before, bcryptCost: 5 });
      const { cookie } = await firstStep();
      const { rows } = await pool().query<{ hash: string }>('SELECT hashed_password AS hash FROM users WHERE id = $1', [
        anna.id,
      ]);
      expect(rows[0]?.hash).toMatch(/^\$2[aby]\$05\$/);
      expect(await begins(cookie)).toBe(true);
    } finally {
      setEnv(before);
    }
    expect(await begins(`beseda.sign-in=${await issueChallenge(anna.id, 'another hash')}`)).toBe(false);
  });

  it('comes from a page of the service alone', async () => {
    const { cookie } = await firstStep();
    const headers = { accept: 'text/html', origin: 'https://evil.example', cookie };
    const form = { step: 'code', code: app.code() };
    expect(await statusOf(request(world, '/login', { form, headers }))).toBe(403);
  });
});

describe('guessing', () => {
  beforeEach(() => setEnv({ ...env(), rateLimits: true, trustProxy: 1 }));
  afterEach(() => setEnv({ ...env(), rateLimits: false, trustProxy: 0 }));

  let addresses = 0;
  const elsewhere = () => ({ 'x-forwarded-for': `198.51.100.${(addresses += 1)}` });
  const from = (headers: Fields, code?: string, password = PASSWORD) =>
    login({ email: anna.email, password, ...(code !== undefined && { code }) }, headers);

  it.skipIf(BEHIND_NGINX)(
    'at codes is counted like guessing at passwords, and shuts nobody out elsewhere',
    async () => {
      const thief = elsewhere();
      for (let time = 0; time < 5; time++) {
        expect(await statusOf(from(thief, app.wrong()))).toBe(401);
        expect(await statusOf(from(thief, undefined, 'wrong'))).toBe(401);
      }
      expect(await statusOf(from(thief, app.code()))).toBe(429);
      expect(await statusOf(from(elsewhere(), app.code()))).toBe(200);
    },
  );

  it('in the second step is counted with the first', async () => {
    const thief = { ...elsewhere(), accept: 'text/html', origin: world.url };
    const first = await request(world, '/login', { form: { email: anna.email, password: PASSWORD }, headers: thief });
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const form = { step: 'code', code: app.wrong() };
    for (let time = 0; time < 10; time++)
      expect(await statusOf(request(world, '/login', { form, headers: { ...thief, cookie } }))).toBe(401);
    const right = { step: 'code', code: app.code() };
    const late = await request(world, '/login', { form: right, headers: { ...thief, cookie } });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await statusOf(from(thief, app.code()))).toBe(429);
  });

  it.skipIf(BEHIND_NGINX)('from many addresses is limited too; a recovery code still lets its owner in', async () => {
    const statuses = [];
    for (let time = 0; time < 21; time++) statuses.push(await statusOf(from(elsewhere(), app.wrong())));
    expect(statuses).toEqual([...(Array(20).fill(401) as number[]), 429]);
    expect(await statusOf(from(elsewhere(), app.code()))).toBe(429);
    // Who does not know the password learns nothing of that.
    expect(await statusOf(from(elsewhere(), app.code(), 'wrong'))).toBe(401);
    expect(await statusOf(from(elsewhere(), RECOVERY[0]))).toBe(200);
  });

  it.skipIf(BEHIND_NGINX)('is not what signing in counts as', async () => {
    const home = elsewhere();
    for (let time = 0; time < 25; time++) {
      expect(await statusOf(from(home))).toBe(401);
      expect(await statusOf(from(home, app.code()))).toBe(200);
      await forgetSteps(anna.id);
    }
  });
});
