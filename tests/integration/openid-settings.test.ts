import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { OPENID_BEGIN_PATH, OPENID_CALLBACK_PATH } from '@/lib/contracts/paths';
import { createUser, PASSWORD } from '../factories';
import { startOpenIdProvider } from '../harness/openid-provider';
import { inOpenIdWorld, somebody } from '../harness/openid-world';
import { startServer } from '../harness/server';

const world = inOpenIdWorld();

describe('where not everybody may make an account', () => {
  async function withServer(env: Record<string, string>, work: (url: string) => Promise<void>): Promise<void> {
    const other = await startServer({ env: { ...world.provider.settings, ...env } });
    try {
      await work(other.url);
    } finally {
      await other.stop();
    }
  }

  it('nobody new comes in while registration is closed, but who is known does', async () => {
    const person = somebody();
    await world.browser().signIn(person);
    await withServer({ REGISTRATION: 'closed' }, async (url) => {
      expect(await world.browser(url).signIn(somebody())).toMatch(/refused=closed$/);
      expect(await world.browser(url).signIn(person)).toBe('/user');
    });
  });

  it('an invitation is taken up as by registering', async () => {
    const owner = await createUser({ username: 'inviter' });
    const admin = world.browser();
    await admin.send('/login', { email: owner.email, password: PASSWORD });
    await admin.send('/user/rooms', { name: 'by-invitation' });
    const made = await fetch(`${world.server.url}/api/v1/rooms/by-invitation/invitations`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: world.server.url,
        cookie: [...admin.cookies].map((pair) => pair.join('=')).join('; '),
      },
      body: JSON.stringify({ maxUses: 1 }),
    });
    const { invitation } = (await made.json()) as { invitation: { url: string } };
    const token = invitation.url.split('/').at(-1) ?? '';
    await withServer({ REGISTRATION: 'invited' }, async (url) => {
      expect(await world.browser(url).signIn(somebody())).toMatch(/refused=invited$/);
      expect(await world.browser(url).signIn(somebody(), { invitation: token })).toBe('/chat/by-invitation');
      expect(await world.browser(url).signIn(somebody(), { invitation: token })).toMatch(/refused=invitation$/);
    });
  });

  it('the administrator’s address has to be verified', async () => {
    const email = 'boss@id.example';
    await withServer({ ADMIN_EMAIL: email }, async (url) => {
      expect(await world.browser(url).signIn(somebody({ email, email_verified: undefined }))).toMatch(
        /refused=unverified$/,
      );
      const browser = world.browser(url);
      expect(await browser.signIn(somebody({ email }))).toBe('/user');
      expect((await browser.me()).user?.role).toBe('administrator');
    });
  });
});

describe('a provider that is away', () => {
  it.each(['closed', 'silent'])('is told on the page, in time: %s', async (how) => {
    const away = createServer(() => undefined);
    away.listen(0, 'localhost');
    await once(away, 'listening');
    const { port } = away.address() as AddressInfo;
    if (how === 'closed') away.close();
    const other = await startServer({ env: { ...world.provider.settings, OIDC_ISSUER: `http://localhost:${port}` } });
    try {
      const before = performance.now();
      const browser = world.browser(other.url);
      const location = (await browser.send(OPENID_BEGIN_PATH, {})).headers.get('location') ?? '';
      expect(performance.now() - before).toBeLessThan(8_000);
      expect(location).toBe('/login?refused=unreachable');
      const page = await browser.send(location);
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('Example ID does not answer.');
    } finally {
      await other.stop();
      away.close();
    }
  });

  it('is told of an answer that it gave before, too', async () => {
    const brief = await startOpenIdProvider();
    brief.person(somebody());
    const other = await startServer({ env: brief.settings });
    try {
      const browser = world.browser(other.url);
      const back = await browser.visitProvider(await browser.send(OPENID_BEGIN_PATH, {}));
      await brief.stop();
      expect((await browser.send(back)).headers.get('location')).toMatch(/refused=unreachable$/);
    } finally {
      await other.stop();
    }
  });
});

it('without a provider there is nothing of it', async () => {
  const other = await startServer();
  try {
    for (const answer of [
      await world.browser(other.url).send(OPENID_BEGIN_PATH, {}),
      await world.browser(other.url).send(OPENID_CALLBACK_PATH),
    ])
      expect(answer.status).toBe(404);
    const page = await world.browser(other.url).send('/login');
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self';");
    expect(await page.text()).not.toContain(OPENID_BEGIN_PATH);
  } finally {
    await other.stop();
  }
});
