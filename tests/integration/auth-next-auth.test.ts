import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUser, PASSWORD as FACTORY_PASSWORD } from '../factories';
import { giveSecondFactor } from '../harness/authenticator';
import { startServer, type RunningServer } from '../harness/server';

const PASSWORD = 'correct horse';
const EMAIL = 'anna@example.org';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'on' } });
  const answer = await post('/register', { email: EMAIL, username: 'anna', password: PASSWORD });
  expect(answer.status).toBe(201);
});
afterAll(() => server.stop());

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'manual',
  });
}

/** What a browser does with cookies, as far as this flow needs it. */
class Browser {
  readonly cookies = new Map<string, string>();

  async send(
    path: string,
    init: { method?: string; form?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    const answer = await fetch(server.url + path, {
      method: init.method ?? (init.form ? 'POST' : 'GET'),
      redirect: 'manual',
      headers: {
        cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '),
        ...(init.form ? { 'content-type': 'application/x-www-form-urlencoded', origin: server.url } : {}),
        ...init.headers,
      },
      ...(init.form ? { body: new URLSearchParams(init.form) } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  async csrfToken(): Promise<string> {
    const { csrfToken } = (await (await this.send('/api/auth/csrf')).json()) as { csrfToken: string };
    return csrfToken;
  }

  async signIn(fields: Record<string, string> = {}): Promise<Response> {
    const csrfToken = await this.csrfToken();
    const form = { csrfToken, email: EMAIL, password: PASSWORD, json: 'true', callbackUrl: '/user', ...fields };
    return this.send('/api/auth/callback/credentials', { form });
  }

  get token(): string {
    return this.cookies.get('next-auth.session-token') ?? '';
  }

  async session(): Promise<unknown> {
    return (await this.send('/api/auth/session')).json();
  }
}

function me(token: string): Promise<Response> {
  return fetch(`${server.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
}

describe('/api/auth', () => {
  it('signs in with the service’s own kind of session', async () => {
    const browser = new Browser();
    expect(await browser.session()).toEqual({});
    const answer = await browser.signIn();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ url: `${server.url}/user` });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('next-auth.session-token='));
    expect(cookie).toMatch(/Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);

    const before = browser.token;
    expect(await browser.session()).toEqual({
      user: { id: 1, name: 'anna', email: EMAIL },
      expires: expect.stringMatching(/^20\d\d-.*Z$/) as unknown,
    });
    expect(browser.token).toBe(before);
    expect((await me(browser.token)).status).toBe(200);
    expect((await browser.send('/api/v1/me')).status).toBe(200);
  });

  it('knows the sessions that POST /login began', async () => {
    const answer = await post('/login', { email: EMAIL, password: PASSWORD });
    const { access_token } = (await answer.json()) as { access_token: string };
    const browser = new Browser();
    browser.cookies.set('next-auth.session-token', access_token);
    expect(await browser.session()).toMatchObject({ user: { id: 1 } });
    const byBearer = await fetch(`${server.url}/api/auth/session`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(await byBearer.json()).toMatchObject({ user: { id: 1 } });
  });

  it('gives a new token at each sign-in', async () => {
    const browser = new Browser();
    await browser.signIn();
    const first = browser.token;
    await browser.signIn();
    expect(browser.token).not.toBe(first);
    expect(browser.token).not.toBe('');
  });

  it('ends the session when signing out, for every transport', async () => {
    const browser = new Browser();
    await browser.signIn();
    const { token } = browser;
    const form = { csrfToken: await browser.csrfToken(), callbackUrl: '/' };
    const answer = await browser.send('/api/auth/signout', { form });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/');
    expect(browser.token).toBe('');
    expect((await me(token)).status).toBe(401);
    browser.cookies.set('next-auth.session-token', token);
    expect(await browser.session()).toEqual({});
  });

  it('ends a bearer’s session, and refuses a bad one', async () => {
    const { access_token } = (await (await post('/login', { email: EMAIL, password: PASSWORD })).json()) as {
      access_token: string;
    };
    const authorization = `Bearer ${access_token}`;
    expect((await post('/api/auth/signout', {}, { authorization })).status).toBe(200);
    expect((await post('/api/auth/signout', {}, { authorization })).status).toBe(401);
    for (const bad of ['Bearer', 'Bearer %%', `Bearer ${access_token}`]) {
      const answer = await fetch(`${server.url}/api/auth/session`, { headers: { authorization: bad } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('refuses a session that was ended elsewhere', async () => {
    const browser = new Browser();
    await browser.signIn();
    const { token } = browser;
    await browser.send('/logout');
    browser.cookies.set('next-auth.session-token', token);
    expect(await browser.session()).toEqual({});
    expect(browser.token).toBe('');
  });

  it('changes nothing without next-auth’s own token against forged forms', async () => {
    const browser = new Browser();
    await browser.csrfToken();
    const answer = await browser.signIn({ csrfToken: 'forged' });
    expect(browser.token).toBe('');
    expect(await answer.json()).toMatchObject({ url: expect.stringContaining('csrf=true') as unknown });
  });

  it('refuses foreign origins', async () => {
    const browser = new Browser();
    await browser.signIn();
    const form = { csrfToken: await browser.csrfToken() };
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
      expect((await browser.send('/api/auth/signout', { form, headers })).status).toBe(403);
      expect((await browser.send('/api/auth/callback/credentials', { form, headers })).status).toBe(403);
    }
    expect((await browser.send('/api/auth/signout', { method: 'POST' })).status).toBe(403);
    expect(await browser.session()).toMatchObject({ user: { id: 1 } });
  });

  it('answers alike for an unknown address and a wrong password', async () => {
    const answers = [];
    const attempts: Record<string, string>[] = [{ password: 'wrong password' }, { email: 'nobody@example.org' }];
    for (const fields of attempts) {
      const answer = await new Browser().signIn(fields);
      answers.push([answer.status, await answer.json()]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(401);
  });

  it('takes the code of a second factor, and refuses without one as with a wrong password', async () => {
    const { id, email } = await createUser();
    const app = await giveSecondFactor(id, ['abcdefghjkmn']);
    const signIn = async (fields: Record<string, string>) => {
      const browser = new Browser();
      const answer = await browser.signIn({ email, password: FACTORY_PASSWORD, ...fields });
      return { status: answer.status, token: browser.token, session: await browser.session() };
    };
    const refused = { status: 401, token: '', session: {} };
    expect(await signIn({})).toEqual(refused);
    expect(await signIn({ code: app.wrong() })).toEqual(refused);
    expect(await signIn({ code: app.code(), password: 'wrong password' })).toEqual(refused);
    const code = app.code();
    const entered = await signIn({ code });
    expect(entered).toMatchObject({ status: 200, session: { user: { id } } });
    expect((await me(entered.token)).status).toBe(200);
    expect(await signIn({ code })).toEqual(refused);
    expect(await signIn({ code: 'ABCD-EFGH-JKMN' })).toMatchObject({ status: 200 });
  });

  it('says which field is missing', async () => {
    const answer = await new Browser().signIn({ password: '' });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'unprocessable', errors: [{ path: 'password' }] });
  });

  it.each(['//evil.example', 'https://evil.example/x', '/\\evil.example', 'javascript:alert(1)'])(
    'never leads to %s',
    async (callbackUrl) => {
      const browser = new Browser();
      const answer = await browser.signIn({ callbackUrl, json: '' });
      expect([302, 303]).toContain(answer.status);
      expect(answer.headers.get('location')).toBe('/');
      const asked = await browser.send(`/api/auth/signin?callbackUrl=${encodeURIComponent(callbackUrl)}`);
      expect(asked.status).toBeLessThan(500);
      expect(asked.headers.get('location') ?? '/login').toMatch(/^\/login(\?callbackUrl=%2F)?$/);
    },
  );

  it.each(['nonsense', '[]', '"text"', 'null', '{'])('answers 400 for the body %s', async (body) => {
    const answer = await fetch(`${server.url}/api/auth/callback/credentials`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
  });

  it.each(['a%0D%0ASet-Cookie:%20a=b', '%E1%B9%B0o', 'a&error=%00', 'a%26callbackUrl=/x'])(
    'answers 400 for the error %s, which is no word',
    async (error) => {
      const answer = await fetch(`${server.url}/api/auth/error?error=${error}`, { redirect: 'manual' });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'bad_request' });
    },
  );

  it('answers 404 as everywhere for what it does not have', async () => {
    for (const path of ['/api/auth/nothing', '/api/auth/nothing/here']) {
      const answer = await fetch(server.url + path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    }
  });

  it('sends people to the pages of the service', async () => {
    for (const path of ['/api/auth/signin', '/api/auth/error?error=AccessDenied']) {
      const answer = await new Browser().send(path);
      expect(answer.status).toBe(302);
      expect(answer.headers.get('location')).toMatch(/^\/login\?/);
    }
    expect((await new Browser().send('/api/auth/signout')).headers.get('location')).toBe('/logout');
  });

  it('lets nobody write into the log', async () => {
    expect((await post('/api/auth/_log', { level: 'error', code: 'forged line' })).status).toBe(404);
    expect(server.logs()).not.toContain('forged line');
  });

  it('shares the limits of POST /login', async () => {
    const email = 'limited@example.org';
    for (let time = 0; time < 5; time++) await new Browser().signIn({ email });
    for (let time = 0; time < 5; time++) expect((await post('/login', { email, password: PASSWORD })).status).toBe(401);
    const answer = await new Browser().signIn({ email });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post('/login', { email, password: PASSWORD })).status).toBe(429);
  });
});
