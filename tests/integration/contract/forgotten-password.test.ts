import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pool } from '@/lib/db';
import { env, loadEnv, setEnv, type Env } from '@/lib/env';
import { PASSWORD } from '../../factories';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { linkIn, Mailbox } from '../../harness/mailbox';
import { createPerson, type Person } from '../../harness/people';
import { inWorld, request } from './world';

const world = inWorld();
let mailbox: Mailbox;
let usual: Env;
beforeAll(async () => {
  mailbox = await Mailbox.open();
  usual = env();
});
afterAll(() => mailbox.close());

/** Uses a mail server, and whatever else is to be set. */
function settle(url: string, settings: Partial<Env> = {}): void {
  const { mail } = loadEnv({ SMTP_URL: url, MAIL_FROM: 'The house <house@example.org>' });
  setEnv({ ...usual, port: world.server.port, mail, ...settings });
}
beforeEach(() => settle(mailbox.url()));
afterEach(() => setEnv(usual));

const forgot = (email: unknown, headers: Record<string, string> = {}) =>
  request(world, '/forgot', { json: { email }, headers });
const reset = (token: string | null, password = 'a quite new password') =>
  request(world, '/reset', { json: { token, password } });
const signIn = async ({ email }: Person, password: string) =>
  (await request(world, '/login', { json: { email, password } })).status;

/** Asks, and gives the token of the letter that comes; `nth` of those to this person. */
async function linkFor(person: Person, nth = 1): Promise<URL> {
  expect((await forgot(person.email)).status).toBe(202);
  const letter = (await mailbox.to(person.email, nth)).at(-1);
  if (!letter) throw new Error('No letter');
  return linkIn(letter);
}

/** Once this has come, whatever was asked for before it has come, too. */
async function everythingElse(): Promise<void> {
  await linkFor(await createPerson());
}

/** Asks with whatever headers, `Host` among them, which `fetch` does not let one choose. @returns the status line */
async function raw(host: string, lines: string[], email: string): Promise<string> {
  const body = JSON.stringify({ email });
  const socket = connect(world.server.port, '127.0.0.1');
  const head = ['POST /forgot HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json', 'Connection: close'];
  socket.write([...head, `Content-Length: ${Buffer.byteLength(body)}`, ...lines, '', body].join('\r\n'));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer.split('\r\n')[0] ?? '';
}

describe('a forgotten password', () => {
  it('is set anew by the link of a letter, once, and every session ends', async () => {
    const person = await createPerson();
    const link = await linkFor(person);
    expect(link.origin + link.pathname).toBe(`${world.url}/reset`);
    const token = link.searchParams.get('token');
    const { rows } = await pool().query<{ minutes: number }>(
      'SELECT extract(epoch FROM expires_at - now()) / 60 AS minutes FROM password_resets WHERE user_id = $1',
      [person.id],
    );
    expect(rows).toHaveLength(1);
    expect(Number(rows[0]?.minutes)).toBeGreaterThan(59);
    expect(Number(rows[0]?.minutes)).toBeLessThanOrEqual(60);
    expect((await reset(token)).status).toBe(204);
    expect((await request(world, '/api/v1/me', { as: person })).status).toBe(401);
    expect([await signIn(person, PASSWORD), await signIn(person, 'a quite new password')]).toEqual([401, 200]);
    expect((await reset(token, 'yet another password')).status).toBe(422);
  });

  it('has a letter from whom is set, to the owner alone, in text and HTML', async () => {
    const person = await createPerson();
    const link = await linkFor(person);
    const [letter] = await mailbox.to(person.email);
    expect(letter).toMatchObject({ from: 'house@example.org', to: [person.email] });
    expect(letter?.headers).toMatch(/^From: The house <house@example.org>$/m);
    expect(letter?.headers).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(letter?.html).toContain(`href="${link.href}"`);
    // Nothing that a stranger could have chosen.
    expect(letter?.text).not.toContain(person.username);
  });

  it('has a letter in the account’s language, else in that of whoever asks', async () => {
    const [anna, boris, vera] = [await createPerson({ locale: 'ru' }), await createPerson(), await createPerson()];
    await forgot(anna.email, { 'accept-language': 'en' });
    await forgot(boris.email, { 'accept-language': 'ru-RU,ru;q=0.9' });
    await forgot(vera.email, { 'accept-language': 'ru', cookie: 'locale=en' });
    const { host } = new URL(world.url);
    for (const person of [anna, boris]) {
      const [letter] = await mailbox.to(person.email);
      expect(letter?.subject).toBe(`Новый пароль для ${host}`);
      expect(letter?.text).toContain(`запросил новый пароль для вашего аккаунта на ${host}.`);
      expect(letter?.html).toContain('<html lang="ru">');
    }
    const [letter] = await mailbox.to(vera.email);
    expect(letter?.subject).toBe(`A new password for ${host}`);
    expect(letter?.text).toContain('If it was not you, ignore this letter');
  });

  it('has a link that is void once there is a newer one, and after an hour', async () => {
    const person = await createPerson();
    const first = await linkFor(person);
    const second = await linkFor(person, 2);
    expect((await reset(first.searchParams.get('token'))).status).toBe(422);
    await pool().query(`UPDATE password_resets SET expires_at = expires_at - interval '1 hour' WHERE user_id = $1`, [
      person.id,
    ]);
    expect((await reset(second.searchParams.get('token'))).status).toBe(422);
    expect(await signIn(person, PASSWORD)).toBe(200);
  });
});

describe('beside an administrator’s link', () => {
  const tokenOf = (link: URL | string) => new URL(link).searchParams.get('token');
  async function both(): Promise<{ person: Person; given: string | null; sent: string | null }> {
    const person = await createPerson();
    const chief = await createPerson({ role: 'administrator' });
    const made = await request(world, `/api/v1/users/${person.username}/reset`, { method: 'POST', as: chief });
    const { url } = (await made.json()) as { url: string };
    return { person, given: tokenOf(url), sent: tokenOf(await linkFor(person)) };
  }

  it('that of a letter voids nothing: a stranger may have asked for it', async () => {
    const { person, given } = await both();
    expect((await reset(given)).status).toBe(204);
    expect(await signIn(person, 'a quite new password')).toBe(200);
  });

  it.each(['given', 'sent'] as const)('neither is good once the one that was %s is used', async (first) => {
    const links = await both();
    expect((await reset(links[first])).status).toBe(204);
    for (const token of [links.given, links.sent])
      expect((await reset(token, 'yet another password')).status).toBe(422);
    expect(await signIn(links.person, 'a quite new password')).toBe(200);
  });
});

it('a link that went to another address is void once the account has a new one', async () => {
  const person = await createPerson();
  const link = await linkFor(person);
  const json = { email: 'moved-on@example.org', password: PASSWORD };
  expect((await request(world, '/api/v1/me', { method: 'PATCH', as: person, json })).status).toBe(200);
  expect((await reset(link.searchParams.get('token'))).status).toBe(422);
});

describe('whoever asks for a letter', () => {
  it('is not told whether there is an account: the answer is one and the same, and strangers get no letter', async () => {
    const person = await createPerson();
    const suspended = await createPerson();
    await pool().query('UPDATE users SET suspended_at = now() WHERE id = $1', [suspended.id]);
    for (const isForm of [false, true]) {
      const answers = [];
      for (const email of [person.email, 'nobody-at-all@example.org', suspended.email]) {
        const headers = { accept: 'text/html', origin: world.url };
        const response = isForm ? await request(world, '/forgot', { form: { email }, headers }) : await forgot(email);
        const theirs = [...response.headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
        const seen = Object.fromEntries(theirs);
        // A nonce is another one each time.
        const policy = seen['content-security-policy']?.replace(/nonce-[^']+/g, 'nonce');
        const { status } = response;
        answers.push({ status, ...seen, 'content-security-policy': policy, text: await response.text() });
      }
      expect(answers[0]?.status).toBe(isForm ? 303 : 202);
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
    await mailbox.to(person.email, 2);
    await everythingElse();
    const strangers = ['nobody-at-all@example.org', suspended.email];
    expect(mailbox.letters.filter(({ to }) => to.some((address) => strangers.includes(address)))).toEqual([]);
  });

  it('has nobody looked up before the answer is out', async () => {
    const person = await createPerson();
    const answered = vi.fn();
    subscribe('http.server.response.finish', answered);
    const spies = [vi.spyOn(pool(), 'query'), vi.spyOn(pool(), 'connect')];
    try {
      await linkFor(person);
      const asked = spies.flatMap((spy) => spy.mock.invocationCallOrder);
      expect(asked).not.toHaveLength(0);
      expect(Math.min(...asked)).toBeGreaterThan(answered.mock.invocationCallOrder[0] ?? Infinity);
    } finally {
      unsubscribe('http.server.response.finish', answered);
      for (const spy of spies) spy.mockRestore();
    }
  });

  it.each([
    ['a header', 'anna@example.org\r\nBcc: everybody@example.org'],
    ['a header in one character', 'anna@example.org\nBcc:everybody@example.org'],
    ['a second address', 'anna@example.org, everybody@example.org'],
    ['a name', 'Anna <anna@example.org>'],
    ['a group', 'all: anna@example.org;'],
    ['a NUL', 'anna@example.org\0'],
    ['no text', 7],
    ['nothing', undefined],
  ])('gets nothing into a letter by %s', async (_, email) => {
    const before = mailbox.letters.length;
    const response = await forgot(email);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'email' }] });
    await everythingElse();
    expect(mailbox.letters).toHaveLength(before + 1);
  });

  it('does not choose where the link leads', async () => {
    settle(mailbox.url(), { publicUrl: new URL('https://chat.example.org') });
    const person = await createPerson();
    const proxied = ['X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example', 'X-Forwarded-Port: 666'];
    expect(await raw('evil.example', [], person.email)).toMatch(/ 400 /);
    expect(await raw('chat.example.org', proxied, person.email)).toMatch(/ 202 /);
    const [letter] = await mailbox.to(person.email);
    expect(letter && linkIn(letter).origin).toBe('https://chat.example.org');

    // Without a public address: whatever name of loopback was asked for, and whatever a proxy is said to have been.
    settle(mailbox.url());
    expect(await raw('evil.example', [], person.email)).toMatch(/ 400 /);
    expect(await raw(`127.0.0.1:${world.server.port + 1}`, proxied, person.email)).toMatch(/ 202 /);
    const letters = await mailbox.to(person.email, 2);
    expect(letters).toHaveLength(2);
    for (const { text, html, headers } of letters) expect(text + html + headers).not.toMatch(/evil|666/);
    expect(letters[1] && linkIn(letters[1]).origin).toBe(world.url);
  });

  it('is refused where no letters are sent, and from another site', async () => {
    expect((await forgot('anna@example.org', { origin: 'https://evil.example' })).status).toBe(403);
    setEnv({ ...usual, mail: undefined });
    const response = await forgot('anna@example.org');
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'forbidden' }]);
  });

  it('fills nobody’s mailbox, whose owner still has a link that works', async () => {
    settle(mailbox.url(), { rateLimits: true, trustProxy: 1 });
    const person = await createPerson();
    const answers: unknown[] = [];
    for (let stranger = 1; stranger <= 6; stranger++) {
      const response = await forgot(person.email, { 'x-forwarded-for': `192.0.2.${stranger}` });
      answers.push([response.status, await response.text()]);
      await mailbox.to(person.email, Math.min(stranger, 3));
    }
    expect(answers).toEqual(Array(6).fill([202, '']));
    await everythingElse();
    const letters = await mailbox.to(person.email);
    expect(letters).toHaveLength(3);
    const last = letters.at(-1);
    expect((await reset(last ? linkIn(last).searchParams.get('token') : '')).status).toBe(204);
  });

  it.skipIf(BEHIND_NGINX)('is limited by address, whoever the letters would be for', async () => {
    settle(mailbox.url(), { rateLimits: true, trustProxy: 1 });
    const statuses: number[] = [];
    for (let time = 0; time < 32; time++) {
      const headers = { 'x-forwarded-for': '198.51.100.7' };
      statuses.push((await forgot(`nobody-${time}@example.org`, headers)).status);
    }
    expect(statuses).toEqual([...Array<number>(30).fill(202), 429, 429]);
    expect((await forgot('nobody@example.org', { 'x-forwarded-for': '198.51.100.8' })).status).toBe(202);
  });
});
