import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { env, loadEnv, setEnv, type Env } from '@/lib/env';
import { log } from '@/lib/log';
import { PASSWORD } from '../../factories';
import { Authenticator, giveSecondFactor } from '../../harness/authenticator';
import { linkIn, Mailbox, type MailboxOptions, type ReceivedLetter } from '../../harness/mailbox';
import { createPerson } from '../../harness/people';
import { startServer } from '../../harness/server';
import { inWorld, request } from './world';

const world = inWorld();
let usual: Env;
let open: Mailbox[] = [];
const logged = vi.fn();
beforeAll(() => {
  usual = env();
  // Here and not above: a new level, which every test file sets, brings new methods.
  vi.spyOn(log, 'warn').mockImplementation(logged);
});
afterEach(async () => {
  setEnv(usual);
  await Promise.all(open.map((mailbox) => mailbox.close()));
  open = [];
  logged.mockClear();
});
afterAll(() => vi.restoreAllMocks());

function use(url: string): void {
  const { mail } = loadEnv({ SMTP_URL: url, MAIL_FROM: 'house@example.org' });
  setEnv({ ...usual, port: world.server.port, mail });
}

async function mailboxWith(options: MailboxOptions = {}): Promise<Mailbox> {
  const mailbox = await Mailbox.open(options);
  open.push(mailbox);
  return mailbox;
}

const forgot = (email: string) => request(world, '/forgot', { json: { email } });

/** Every letter that was sent to anybody but somebody who comes last: they go out one by one, so with this one all before it are there. */
async function allLetters(mailbox: Mailbox): Promise<ReceivedLetter[]> {
  const last = await createPerson();
  await forgot(last.email);
  await mailbox.to(last.email);
  return mailbox.letters.filter(({ to }) => !to.includes(last.email));
}

const everythingLogged = () => JSON.stringify(logged.mock.calls);
/** The work of a letter begins within a second. */
const SOON = { timeout: 5_000 };
const givenUp = () => vi.waitFor(() => expect(logged.mock.calls.at(-1)?.[1]).toBe('A letter was given up'), SOON);

describe('a letter', () => {
  it('waits for a mail server that is down, and the answer does not', async () => {
    const gone = await Mailbox.open();
    await gone.close();
    use(gone.url());
    const person = await createPerson();
    const response = await forgot(person.email);
    expect([response.status, await response.text()]).toEqual([202, '']);
    await vi.waitFor(() => expect(logged).toHaveBeenCalled(), SOON);
    const mailbox = await mailboxWith({ port: gone.port });
    expect(await mailbox.to(person.email)).toHaveLength(1);
    expect(everythingLogged()).not.toContain(person.email);
  });

  it('is brought by who the mail server knows', async () => {
    const mailbox = await mailboxWith({ auth: { user: 'chat@example.org', pass: 'p@ss:word' } });
    use(mailbox.url('chat%40example.org:p%40ss%3Aword'));
    const person = await createPerson();
    await forgot(person.email);
    expect((await mailbox.to(person.email))[0]).toMatchObject({ user: 'chat@example.org' });
  });

  it('is given up where the mail server knows us not, and the log holds no secret', async () => {
    const mailbox = await mailboxWith({ auth: { user: 'chat', pass: 'right' } });
    use(mailbox.url('chat:hunter2'));
    const person = await createPerson();
    const response = await forgot(person.email);
    expect([response.status, await response.text()]).toEqual([202, '']);
    await givenUp();
    expect(logged.mock.calls[0]?.[0]).toEqual({ code: 'EAUTH', responseCode: 535, tries: 1 });
    expect(everythingLogged()).not.toMatch(new RegExp(`hunter2|${person.email}`));
    expect(mailbox.letters).toEqual([]);
  });

  it('goes by TLS where the mail server speaks it', async () => {
    const mailbox = await mailboxWith({ tls: true });
    use(mailbox.url());
    const person = await createPerson();
    await forgot(person.email);
    expect((await mailbox.to(person.email))[0]).toMatchObject({ secure: true });
  });

  // 0.0.0.0 leads to this machine, and is no loopback address by its name.
  it('goes to no other machine without TLS, nor is a password told', async () => {
    const mailbox = await mailboxWith({ auth: { user: 'chat', pass: 'right' } });
    use(mailbox.url('chat:right', '0.0.0.0'));
    await forgot((await createPerson()).email);
    await givenUp();
    expect(logged.mock.calls[0]?.[0]).toMatchObject({ code: 'ETLS' });
    expect([mailbox.letters, mailbox.logins]).toEqual([[], 0]);
  });

  it('goes to no machine that cannot prove who it is', async () => {
    const mailbox = await mailboxWith({ tls: true, auth: { user: 'chat', pass: 'right' } });
    use(mailbox.url('chat:right', '0.0.0.0'));
    await forgot((await createPerson()).email);
    await vi.waitFor(() => expect(logged).toHaveBeenCalled(), SOON);
    expect([mailbox.letters, mailbox.logins]).toEqual([[], 0]);
  });
});

it('a letter under way still goes out when the service is stopped', async () => {
  const mailbox = await mailboxWith({ delay: 1_500 });
  const server = await startServer({ env: { SMTP_URL: mailbox.url(), MAIL_FROM: 'house@example.org' } });
  const person = await createPerson();
  const headers = { 'content-type': 'application/json' };
  await fetch(`${server.url}/forgot`, { method: 'POST', headers, body: JSON.stringify({ email: person.email }) });
  await vi.waitFor(() => expect(mailbox.brought).toBe(1), { timeout: 5_000, interval: 10 });
  expect(mailbox.letters).toEqual([]);
  expect((await server.stop()).code).toBe(0);
  expect(mailbox.letters).toHaveLength(1);
  expect(server.logs()).not.toContain('letter');
});

describe('the owner is told', () => {
  it('of another password, in their language', async () => {
    const mailbox = await mailboxWith();
    use(mailbox.url());
    const [anna, boris] = [await createPerson({ locale: 'ru' }), await createPerson()];
    const json = { currentPassword: PASSWORD, newPassword: 'another password' };
    for (const person of [anna, boris])
      expect((await request(world, '/api/v1/me/password', { as: person, json })).status).toBe(204);
    const { host } = new URL(world.url);
    expect((await mailbox.to(anna.email))[0]?.subject).toBe(`Пароль для ${host} изменён`);
    const [letter] = await mailbox.to(boris.email);
    expect(letter?.subject).toBe(`Your password for ${host} was changed`);
    expect(letter && linkIn(letter).href).toBe(`${world.url}/forgot`);
  });

  it('of a password that was set by a link', async () => {
    const mailbox = await mailboxWith();
    use(mailbox.url());
    const person = await createPerson();
    await forgot(person.email);
    const [letter] = await mailbox.to(person.email);
    const token = letter && linkIn(letter).searchParams.get('token');
    expect((await request(world, '/reset', { json: { token, password: 'another password' } })).status).toBe(204);
    const [, notice] = await mailbox.to(person.email, 2);
    expect(notice?.subject).toMatch(/^Your password for .+ was changed$/);
  });

  it('of two-step sign-in that is switched on and off', async () => {
    const mailbox = await mailboxWith();
    use(mailbox.url());
    const [anna, boris] = [await createPerson({ locale: 'ru' }), await createPerson()];
    const { host } = new URL(world.url);
    for (const [person, on, off] of [
      [anna, `Двухэтапный вход на ${host} включён`, `Двухэтапный вход на ${host} отключён`],
      [boris, `Two-step sign-in at ${host} was switched on`, `Two-step sign-in at ${host} was switched off`],
    ] as const) {
      const send = (method: string, path: string, json: object) =>
        request(world, `/api/v1/me/second-factor${path}`, { method, as: person, json });
      const { secret } = (await (await send('POST', '', { password: PASSWORD })).json()) as { secret: string };
      const app = new Authenticator(secret);
      expect((await send('POST', '/confirm', { code: app.wrong() })).status).toBe(403);
      expect((await send('POST', '/confirm', { code: app.code() })).status).toBe(200);
      expect((await send('DELETE', '', { password: PASSWORD, code: app.wrong() })).status).toBe(403);
      expect((await send('DELETE', '', { password: PASSWORD, code: app.code(1) })).status).toBe(204);
      const letters = await mailbox.to(person.email, 2);
      expect(letters.map(({ subject }) => subject)).toEqual([on, off]);
      for (const letter of letters) expect(linkIn(letter).href).toBe(`${world.url}/forgot`);
    }
  });

  it('of two-step sign-in that an administrator switched off, where it was on', async () => {
    const mailbox = await mailboxWith();
    use(mailbox.url());
    const [person, chief] = [await createPerson(), await createPerson({ role: 'administrator' })];
    const remove = () =>
      request(world, `/api/v1/users/${person.username}/second-factor`, { method: 'DELETE', as: chief });
    expect((await remove()).status).toBe(204);
    await giveSecondFactor(person.id);
    expect((await remove()).status).toBe(204);
    expect((await allLetters(mailbox)).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^Two-step sign-in at .+ was switched off$/),
    ]);
  });

  it('no more often than anybody needs: the address may be a stranger’s', async () => {
    const mailbox = await mailboxWith();
    use(mailbox.url());
    setEnv({ ...env(), rateLimits: true });
    const person = await createPerson();
    for (let time = 1; time <= 12; time++) {
      const json = { email: `stranger-${time}@example.org`, password: PASSWORD };
      expect((await request(world, '/api/v1/me', { method: 'PATCH', as: person, json })).status).toBe(200);
    }
    expect(await allLetters(mailbox)).toHaveLength(10);
  });

  it('of another e-mail address, at the one before, and of nothing else', async () => {
    const mailbox = await mailboxWith();
    use(mailbox.url());
    const person = await createPerson();
    const change = (json: object) => request(world, '/api/v1/me', { method: 'PATCH', as: person, json });
    expect((await change({ username: 'quite-new', locale: 'en' })).status).toBe(200);
    expect((await change({ email: person.email, password: PASSWORD })).status).toBe(200);
    expect((await change({ email: 'taken-over@example.org', password: PASSWORD })).status).toBe(200);
    const [letter, ...more] = await allLetters(mailbox);
    expect([letter?.to, more]).toEqual([[person.email], []]);
    expect(letter?.subject).toMatch(/^Your e-mail address for .+ was changed$/);
    expect(letter?.text).not.toContain('taken-over');
  });
});
