import { describe, expect, it } from 'vitest';
import { prisma } from '@/lib/prisma';
import { hashLinkToken, newLinkToken } from '@/lib/link-token';
import { createUser, PASSWORD } from '../factories';
import { giveSecondFactor } from '../harness/authenticator';
import { Mailbox } from '../harness/mailbox';
import { inOpenIdWorld, somebody, type OpenIdBrowser } from '../harness/openid-world';
import { startServer } from '../harness/server';

const world = inOpenIdWorld();

describe('connecting on the account page', () => {
  async function signedIn(username: string, url?: string): Promise<OpenIdBrowser> {
    const user = await createUser({ username });
    const browser = world.browser(url);
    await browser.send('/login', { email: user.email, password: PASSWORD });
    return browser;
  }
  const connect = (browser: OpenIdBrowser, password = PASSWORD) =>
    browser.send('/user/account?form=connect', password ? { password } : {});

  it('takes the password, makes another key to the same account, and can be undone', async () => {
    const browser = await signedIn('connector');
    const { user } = await browser.me();
    const person = somebody({ email: user?.email });
    expect((await connect(browser, 'wrong, certainly')).status).toBe(403);
    expect((await connect(browser, '')).status).toBe(422);
    world.provider.person(person);
    const back = await browser.visitProvider(await connect(browser));
    expect((await browser.send(back)).headers.get('location')).toBe('/user/account?done=connect');
    const other = world.browser();
    expect(await other.signIn(person)).toBe('/user');
    expect((await other.me()).user).toEqual(user);

    expect((await browser.send('/user/account?form=disconnect', {})).headers.get('location')).toBe(
      '/user/account?done=disconnect',
    );
    expect(await world.browser().signIn(person)).toMatch(/refused=notLinked$/);
  });

  it('is told to the owner by letter, and so is disconnecting', async () => {
    const mailbox = await Mailbox.open();
    const letters = { SMTP_URL: mailbox.url(), MAIL_FROM: 'house@example.org' };
    const house = await startServer({ env: { ...world.provider.settings, ...letters } });
    try {
      const browser = await signedIn('told', house.url);
      const email = (await browser.me()).user?.email ?? '';
      const disconnect = () => browser.send('/user/account?form=disconnect', {});
      expect((await disconnect()).status).toBe(303);
      world.provider.person(somebody());
      await browser.send(await browser.visitProvider(await connect(browser)));
      expect((await disconnect()).status).toBe(303);
      const { host } = new URL(house.url);
      expect((await mailbox.to(email, 2)).map(({ subject }) => subject)).toEqual([
        `Example ID was connected to your account at ${host}`,
        `Example ID was disconnected from your account at ${host}`,
      ]);
    } finally {
      await house.stop();
      await mailbox.close();
    }
  });

  it('takes a code, too, where there is a second factor', async () => {
    const browser = await signedIn('twice-sure');
    const app = await giveSecondFactor((await browser.me()).user?.id ?? 0);
    const give = (code?: string) =>
      browser.send('/user/account?form=connect', { password: PASSWORD, ...(code !== undefined && { code }) });
    const page = await give();
    expect([page.status, await page.text()]).toEqual([
      422,
      expect.stringContaining('Code from the app, or a recovery code') as unknown,
    ]);
    expect((await give(app.wrong())).status).toBe(403);
    const begun = await give(app.code());
    expect(begun.headers.get('location')).toMatch(new RegExp(`^${world.provider.issuer}/`));
    expect((await give(app.code())).status).toBe(403);
  });

  it('connects nothing that was begun by another session, or as a sign-in', async () => {
    const browser = await signedIn('careful');
    const { user } = await browser.me();
    world.provider.person(somebody());
    const back = await browser.visitProvider(await connect(browser));
    // Somebody else signs in in this browser meanwhile.
    const other = await createUser({ username: 'meanwhile' });
    await browser.send('/login', { email: other.email, password: PASSWORD });
    expect((await browser.send(back)).headers.get('location')).toBe('/user/account?refused=failed#connection');
    expect(await prisma().identity.count({ where: { userId: { in: [user?.id ?? 0, other.id] } } })).toBe(0);

    // A sign-in that is begun while signed in begins another session, and connects nothing.
    const signedInAs = await browser.signIn(somebody());
    expect(signedInAs).toBe('/user');
    expect((await browser.me()).user?.id).not.toBe(other.id);
    expect(await prisma().identity.count({ where: { userId: other.id } })).toBe(0);
  });

  it('ends with a password that is set by a link: whoever connected it may be somebody else', async () => {
    const browser = await signedIn('lain-in-wait');
    const { user } = await browser.me();
    const person = somebody();
    world.provider.person(person);
    await browser.send(await browser.visitProvider(await connect(browser)));
    const token = newLinkToken();
    await prisma().passwordReset.create({
      data: { userId: user?.id ?? 0, tokenHash: hashLinkToken(token), expiresAt: new Date(Date.now() + 60_000) },
    });
    const page = await browser.send(`/reset?token=${token}`);
    expect(await page.text()).toContain('Example ID is disconnected from it');
    const done = await world.browser().send('/reset', { token, password: 'set by its real owner' });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/login']);
    const intruder = world.browser();
    // A new account, of another address: the one here stays shut.
    await intruder.signIn(person);
    expect((await intruder.me()).user?.id).not.toBe(user?.id);
  });

  it('leaves an identity with the account that has it', async () => {
    const person = somebody();
    await world.browser().signIn(person);
    const browser = await signedIn('late');
    world.provider.person(person);
    const back = await browser.visitProvider(await connect(browser));
    expect((await browser.send(back)).headers.get('location')).toBe('/user/account?refused=otherAccount#connection');
  });
});

describe('an account without a password', () => {
  async function newcomer(): Promise<{ browser: OpenIdBrowser; id: number }> {
    const browser = world.browser();
    await browser.signIn(somebody());
    return { browser, id: (await browser.me()).user?.id ?? 0 };
  }
  const json = (browser: OpenIdBrowser, method: string, path: string, body: object) =>
    fetch(world.server.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        origin: world.server.url,
        cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
      },
      body: JSON.stringify(body),
    });
  const age = (id: number) =>
    prisma().session.updateMany({ where: { userId: id }, data: { createdAt: new Date(Date.now() - 601_000) } });

  it('is its owner’s to change by a session that was just begun, and only by such', async () => {
    const { browser, id } = await newcomer();
    const email = `moved-${id}@id.example`;
    expect((await json(browser, 'PATCH', '/api/v1/me', { email })).status).toBe(200);
    await age(id);
    for (const [method, path, body] of [
      ['PATCH', '/api/v1/me', { email: 'again@id.example' }],
      ['PATCH', '/api/v1/me', { email: 'again@id.example', password: '!' }],
      ['POST', '/api/v1/me/password', { newPassword: PASSWORD }],
      ['DELETE', '/api/v1/me', {}],
    ] as const) {
      const answer = await json(browser, method, path, body);
      const { detail } = (await answer.json()) as { detail: string };
      expect([answer.status, detail]).toEqual([403, expect.stringContaining('within ten minutes') as unknown]);
    }
    // What never took a password takes no proof either.
    expect((await json(browser, 'PATCH', '/api/v1/me', { username: `renamed-${id}` })).status).toBe(200);
  });

  it('can be given a first password, and then disconnected', async () => {
    const { browser, id } = await newcomer();
    expect((await browser.send('/user/account?form=disconnect', {})).status).toBe(409);
    expect((await json(browser, 'POST', '/api/v1/me/password', { newPassword: PASSWORD })).status).toBe(204);
    expect((await json(browser, 'POST', '/api/v1/me/password', { newPassword: PASSWORD })).status).toBe(422);
    const email = (await browser.me()).user?.email ?? '';
    expect((await world.browser().send('/login', { email, password: PASSWORD })).status).toBe(303);
    expect((await browser.send('/user/account?form=disconnect', {})).status).toBe(303);
    expect(await prisma().identity.count({ where: { userId: id } })).toBe(0);
  });

  it('goes with its identity', async () => {
    const { browser, id } = await newcomer();
    expect((await json(browser, 'DELETE', '/api/v1/me', {})).status).toBe(204);
    expect(await prisma().identity.count({ where: { userId: id } })).toBe(0);
  });
});
