import { describe, expect, it } from 'vitest';
import { OPENID_BEGIN_PATH, OPENID_CALLBACK_PATH } from '@/lib/contracts/paths';
import { inOpenIdWorld, somebody, type OpenIdBrowser } from '../harness/openid-world';

const world = inOpenIdWorld();

/** A browser that has begun a sign-in of its own. */
async function begun(browser: OpenIdBrowser): Promise<OpenIdBrowser> {
  await browser.send(OPENID_BEGIN_PATH, {});
  return browser;
}

describe('an answer of the provider', () => {
  it('counts once', async () => {
    world.provider.person(somebody());
    const browser = world.browser();
    const back = await browser.visitProvider(await browser.send(OPENID_BEGIN_PATH, {}));
    const kept = new Map(browser.cookies);
    const cookie = [...kept].map((pair) => pair.join('=')).join('; ');
    expect((await fetch(back, { method: 'HEAD', redirect: 'manual', headers: { cookie } })).status).toBe(405);
    expect((await browser.send(back)).headers.get('location')).toBe('/user');
    expect((await browser.send(back)).headers.get('location')).toMatch(/refused=failed$/);
    // Neither does it with the cookies of the first time.
    const replay = world.browser();
    for (const [name, value] of kept) replay.cookies.set(name, value);
    expect((await replay.send(back)).headers.get('location')).toMatch(/refused=failed$/);
    expect((await replay.me()).status).toBe(401);
  });

  it('means nothing in a browser that has begun nothing, or something else', async () => {
    world.provider.person(somebody());
    const attacker = world.browser();
    const back = await attacker.visitProvider(await attacker.send(OPENID_BEGIN_PATH, {}));
    const victims = [world.browser(), await begun(world.browser())];
    for (const victim of victims) {
      expect((await victim.send(back)).headers.get('location')).toMatch(/refused=failed$/);
      expect((await victim.me()).status).toBe(401);
    }
    // With the victim's own state: the code is the other's, and its PKCE does not fit.
    const [, victim] = victims;
    if (!victim) throw new Error('There is no victim');
    const own = await victim.visitProvider(await victim.send(OPENID_BEGIN_PATH, {}));
    const mixed = new URL(own);
    mixed.searchParams.set('code', new URL(back).searchParams.get('code') ?? '');
    expect((await victim.send(mixed.href)).headers.get('location')).toMatch(/refused=failed$/);
    expect((await victim.me()).status).toBe(401);
  });

  it.each(['state', 'iss'])('counts for nothing with another %s', async (name) => {
    world.provider.person(somebody());
    const browser = world.browser();
    const back = new URL(await browser.visitProvider(await browser.send(OPENID_BEGIN_PATH, {})));
    back.searchParams.set(name, 'https://evil.example');
    expect((await browser.send(back.href)).headers.get('location')).toMatch(/refused=failed$/);
    expect((await browser.me()).status).toBe(401);
  });

  it('may be a refusal', async () => {
    world.provider.person(somebody());
    const browser = world.browser();
    const back = await browser.visitProvider(await browser.send(OPENID_BEGIN_PATH, { callbackUrl: '/chat/x' }), 'no');
    const location = (await browser.send(back)).headers.get('location') ?? '';
    expect(location).toBe('/login?callbackUrl=%2Fchat%2Fx&refused=cancelled');
    const page = await browser.send(location);
    expect([page.status, await page.text()]).toEqual([
      403,
      expect.stringContaining('Example ID did not let you in.') as unknown,
    ]);
  });

  it('may be anything, and is told to programs as problem details', async () => {
    for (const query of ['', '?code=1', '?error=%00', '?state=%F0%9F%98%80&code=x', `?code=${'x'.repeat(4_000)}`]) {
      const answer = await world
        .browser()
        .send(OPENID_CALLBACK_PATH + query, undefined, { accept: 'application/json' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    }
  });
});

describe('beginning', () => {
  it('asks for what guards the answer, and comes back to the address that was used', async () => {
    const location = (await world.browser().send(OPENID_BEGIN_PATH, {})).headers.get('location') ?? '';
    const query = new URL(location).searchParams;
    expect(location.startsWith(`${world.provider.issuer}/`)).toBe(true);
    expect(Object.fromEntries(query)).toMatchObject({
      redirect_uri: `${world.server.url}${OPENID_CALLBACK_PATH}`,
      scope: 'openid email profile',
      response_type: 'code',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)?.length).toBeGreaterThan(20);
  });

  it('is refused to pages of others', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await world.browser().send(OPENID_BEGIN_PATH, {}, { origin, accept: 'application/json' });
      expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    }
  });

  it('answers next-auth’s own client with the address', async () => {
    const answer = await world.browser().send(OPENID_BEGIN_PATH, { json: 'true' }, { accept: '*/*' });
    expect(await answer.json()).toEqual({ url: expect.stringContaining(world.provider.issuer) as unknown });
    const providers: unknown = await (await world.browser().send('/api/auth/providers')).json();
    expect(providers).toMatchObject({ oidc: { name: 'Example ID', type: 'oauth' } });
  });

  it('writes no secret into the log', () => {
    expect(world.server.logs()).not.toContain('a secret that only tests know, and the provider');
  });
});
