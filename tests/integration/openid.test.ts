import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prisma } from '@/lib/db';
import { createUser, PASSWORD } from '../factories';
import { startOpenIdProvider, type OpenIdProvider, type Person } from '../harness/openid-provider';
import { startServer, type RunningServer } from '../harness/server';

const BEGIN = '/api/auth/signin/oidc';
const CALLBACK = '/api/auth/callback/oidc';

let provider: OpenIdProvider;
let server: RunningServer;
beforeAll(async () => {
  provider = await startOpenIdProvider();
  await createUser({ username: 'first', role: 'administrator' });
  server = await startServer({ env: provider.settings });
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
});

let counter = 0;
function somebody(more: Partial<Person> = {}): Person {
  const sub = `person-${++counter}`;
  return { sub, email: `${sub}@id.example`, email_verified: true, preferred_username: sub, ...more };
}

/** A browser as far as this needs one: cookies, which ports share, and redirects one at a time. */
class Browser {
  readonly cookies = new Map<string, string>();
  constructor(readonly url = server.url) {}

  async send(address: string, form?: Record<string, string>, headers: Record<string, string> = {}) {
    const url = new URL(address, this.url);
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '),
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin } : {}),
        ...headers,
      },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** To the provider and through it, until it sends back here: that address, not yet opened. */
  async visitProvider(from: Response, answer = 'yes'): Promise<string> {
    let location = from.headers.get('location') ?? '';
    for (let step = 0; step < 10; step++) {
      if (location.startsWith(this.url)) return location;
      let next = await this.send(location);
      if (next.status === 200) next = await this.send(location, { answer });
      location = new URL(next.headers.get('location') ?? '', location).href;
    }
    throw new Error(`The provider led to ${location}`);
  }

  /** All the way; where it leads in the end. */
  async signIn(person: Person, form: Record<string, string> = {}): Promise<string> {
    provider.person(person);
    const back = await this.visitProvider(await this.send(BEGIN, form));
    return (await this.send(back)).headers.get('location') ?? '';
  }

  async me(): Promise<{ status: number; user?: { id: number; username: string; email: string; role: string } }> {
    const answer = await this.send('/api/v1/me', undefined, { accept: 'application/json' });
    return { status: answer.status, ...((await answer.json()) as object) };
  }
}

describe('whom the provider vouches for', () => {
  it('gets an account, and the same one the next time', async () => {
    const person = somebody({ preferred_username: 'Anna' });
    const browser = new Browser();
    expect(await browser.signIn(person)).toBe('/user');
    const { user } = await browser.me();
    expect(user).toMatchObject({ username: 'Anna', email: person.email, role: 'user' });
    const again = new Browser();
    // What they are called there may change; who they are does not.
    expect(await again.signIn({ ...person, email: 'changed@id.example' }, { callbackUrl: '/chat/there' })).toBe(
      '/chat/there',
    );
    expect((await again.me()).user).toEqual(user);
    expect(await prisma().session.count({ where: { userId: user?.id ?? 0, revokedAt: null } })).toBe(2);
  });

  it.each(['//evil.example', 'https://evil.example/x', '/\\evil.example', 'javascript:alert(1)'])(
    'is never led to %s',
    async (callbackUrl) => {
      expect(await new Browser().signIn(somebody(), { callbackUrl })).toBe('/user');
    },
  );

  it.each([
    ['Anna.B', undefined, 'Anna.B'],
    ['boris@corp.example', undefined, 'boris'],
    [undefined, 'Анна Смирнова', 'Анна.Смирнова'],
    ['  Łukasz  K. Nowak ', undefined, 'Łukasz.K.Nowak'],
    ['🙂', '!', 'letters'],
    ['x'.repeat(99), undefined, 'x'.repeat(25)],
  ])('who is called %j, %j becomes %s', async (preferred, name, username) => {
    const browser = new Browser();
    const person = somebody({ preferred_username: preferred, name, email: `letters@id${counter}.example` });
    await browser.signIn(person);
    expect((await browser.me()).user?.username).toBe(username);
  });

  it('gets a number where the name is taken, or looks like one that is', async () => {
    await createUser({ username: 'oleg' });
    for (const [preferred, username] of [
      ['oleg', 'oleg-2'],
      ['оlеg', 'оlеg-3'],
    ] as const) {
      const browser = new Browser();
      await browser.signIn(somebody({ preferred_username: preferred }));
      expect((await browser.me()).user?.username).toBe(username);
    }
  });

  it('gets one account, however often they arrive at once', async () => {
    const person = somebody();
    const browsers = [new Browser(), new Browser(), new Browser()];
    provider.person(person);
    const ways: string[] = [];
    for (const browser of browsers) ways.push(await browser.visitProvider(await browser.send(BEGIN, {})));
    await Promise.all(browsers.map((browser, index) => browser.send(ways[index] ?? '')));
    const ids = await Promise.all(browsers.map(async (browser) => (await browser.me()).user?.id));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toBeGreaterThan(0);
  });

  it('does not take over an account that has their address', async () => {
    const victim = await createUser({ username: 'victim' });
    const browser = new Browser();
    expect(await browser.signIn(somebody({ email: victim.email }))).toMatch(/^\/login\?.*refused=notLinked$/);
    expect((await browser.me()).status).toBe(401);
    expect(await prisma().identity.count({ where: { userId: victim.id } })).toBe(0);
  });

  it.each([
    [{ email_verified: false }, 'unverified'],
    [{ email: undefined, email_verified: undefined }, 'noEmail'],
    [{ email: 'no address' }, 'noEmail'],
  ])('gets no account with %j', async (more, refused) => {
    const browser = new Browser();
    expect(await browser.signIn(somebody(more))).toMatch(new RegExp(`refused=${refused}$`));
    expect((await browser.me()).status).toBe(401);
  });

  it('stays out while suspended', async () => {
    const person = somebody();
    const browser = new Browser();
    await browser.signIn(person);
    const { user } = await browser.me();
    await prisma().user.update({ where: { id: user?.id ?? 0 }, data: { suspendedAt: new Date() } });
    const again = new Browser();
    expect(await again.signIn(person)).toMatch(/refused=suspended$/);
    expect((await again.me()).status).toBe(401);
  });

  it('has no password that anybody could guess', async () => {
    const person = somebody();
    await new Browser().signIn(person);
    for (const password of ['!', '', PASSWORD]) {
      const answer = await new Browser().send('/login', { email: person.email ?? '', password });
      expect([401, 422]).toContain(answer.status);
    }
  });
});

describe('an answer of the provider', () => {
  it('counts once', async () => {
    provider.person(somebody());
    const browser = new Browser();
    const back = await browser.visitProvider(await browser.send(BEGIN, {}));
    const kept = new Map(browser.cookies);
    const cookie = [...kept].map((pair) => pair.join('=')).join('; ');
    expect((await fetch(back, { method: 'HEAD', redirect: 'manual', headers: { cookie } })).status).toBe(405);
    expect((await browser.send(back)).headers.get('location')).toBe('/user');
    expect((await browser.send(back)).headers.get('location')).toMatch(/refused=failed$/);
    // Neither does it with the cookies of the first time.
    const replay = new Browser();
    for (const [name, value] of kept) replay.cookies.set(name, value);
    expect((await replay.send(back)).headers.get('location')).toMatch(/refused=failed$/);
    expect((await replay.me()).status).toBe(401);
  });

  it('means nothing in a browser that has begun nothing, or something else', async () => {
    provider.person(somebody());
    const attacker = new Browser();
    const back = await attacker.visitProvider(await attacker.send(BEGIN, {}));
    const victims = [new Browser(), await begun(new Browser())];
    for (const victim of victims) {
      expect((await victim.send(back)).headers.get('location')).toMatch(/refused=failed$/);
      expect((await victim.me()).status).toBe(401);
    }
    // With the victim's own state: the code is the other's, and its PKCE does not fit.
    const [, victim] = victims;
    if (!victim) throw new Error('There is no victim');
    const own = await victim.visitProvider(await victim.send(BEGIN, {}));
    const mixed = new URL(own);
    mixed.searchParams.set('code', new URL(back).searchParams.get('code') ?? '');
    expect((await victim.send(mixed.href)).headers.get('location')).toMatch(/refused=failed$/);
    expect((await victim.me()).status).toBe(401);
  });

  it.each(['state', 'iss'])('counts for nothing with another %s', async (name) => {
    provider.person(somebody());
    const browser = new Browser();
    const back = new URL(await browser.visitProvider(await browser.send(BEGIN, {})));
    back.searchParams.set(name, 'https://evil.example');
    expect((await browser.send(back.href)).headers.get('location')).toMatch(/refused=failed$/);
    expect((await browser.me()).status).toBe(401);
  });

  it('may be a refusal', async () => {
    provider.person(somebody());
    const browser = new Browser();
    const back = await browser.visitProvider(await browser.send(BEGIN, { callbackUrl: '/chat/x' }), 'no');
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
      const answer = await new Browser().send(CALLBACK + query, undefined, { accept: 'application/json' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    }
  });
});

/** A browser that has begun a sign-in of its own. */
async function begun(browser: Browser): Promise<Browser> {
  await browser.send(BEGIN, {});
  return browser;
}

describe('beginning', () => {
  it('asks for what guards the answer, and comes back to the address that was used', async () => {
    const location = (await new Browser().send(BEGIN, {})).headers.get('location') ?? '';
    const query = new URL(location).searchParams;
    expect(location.startsWith(`${provider.issuer}/`)).toBe(true);
    expect(Object.fromEntries(query)).toMatchObject({
      redirect_uri: `${server.url}${CALLBACK}`,
      scope: 'openid email profile',
      response_type: 'code',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)?.length).toBeGreaterThan(20);
  });

  it('is refused to pages of others', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await new Browser().send(BEGIN, {}, { origin, accept: 'application/json' });
      expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    }
  });

  it('answers next-auth’s own client with the address', async () => {
    const answer = await new Browser().send(BEGIN, { json: 'true' }, { accept: '*/*' });
    expect(await answer.json()).toEqual({ url: expect.stringContaining(provider.issuer) as unknown });
    const providers: unknown = await (await new Browser().send('/api/auth/providers')).json();
    expect(providers).toMatchObject({ oidc: { name: 'Example ID', type: 'oauth' } });
  });

  it('writes no secret into the log', () => {
    expect(server.logs()).not.toContain('a secret that only tests know, and the provider');
  });
});

describe('connecting on the account page', () => {
  async function signedIn(username: string): Promise<Browser> {
    const user = await createUser({ username });
    const browser = new Browser();
    await browser.send('/login', { email: user.email, password: PASSWORD });
    return browser;
  }
  const connect = (browser: Browser, password = PASSWORD) =>
    browser.send('/user/account?form=connect', password ? { password } : {});

  it('takes the password, makes another key to the same account, and can be undone', async () => {
    const browser = await signedIn('connector');
    const { user } = await browser.me();
    const person = somebody({ email: user?.email });
    expect((await connect(browser, 'wrong, certainly')).status).toBe(403);
    expect((await connect(browser, '')).status).toBe(422);
    provider.person(person);
    const back = await browser.visitProvider(await connect(browser));
    expect((await browser.send(back)).headers.get('location')).toBe('/user/account?done=connect');
    const other = new Browser();
    expect(await other.signIn(person)).toBe('/user');
    expect((await other.me()).user).toEqual(user);

    expect((await browser.send('/user/account?form=disconnect', {})).headers.get('location')).toBe(
      '/user/account?done=disconnect',
    );
    expect(await new Browser().signIn(person)).toMatch(/refused=notLinked$/);
  });

  it('connects nothing that was begun by another session, or as a sign-in', async () => {
    const browser = await signedIn('careful');
    const { user } = await browser.me();
    provider.person(somebody());
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

  it('leaves an identity with the account that has it', async () => {
    const person = somebody();
    await new Browser().signIn(person);
    const browser = await signedIn('late');
    provider.person(person);
    const back = await browser.visitProvider(await connect(browser));
    expect((await browser.send(back)).headers.get('location')).toBe('/user/account?refused=otherAccount#connection');
  });
});

describe('an account without a password', () => {
  async function newcomer(): Promise<{ browser: Browser; id: number }> {
    const browser = new Browser();
    await browser.signIn(somebody());
    return { browser, id: (await browser.me()).user?.id ?? 0 };
  }
  const json = (browser: Browser, method: string, path: string, body: object) =>
    fetch(server.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        origin: server.url,
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
    expect((await new Browser().send('/login', { email, password: PASSWORD })).status).toBe(303);
    expect((await browser.send('/user/account?form=disconnect', {})).status).toBe(303);
    expect(await prisma().identity.count({ where: { userId: id } })).toBe(0);
  });

  it('goes with its identity', async () => {
    const { browser, id } = await newcomer();
    expect((await json(browser, 'DELETE', '/api/v1/me', {})).status).toBe(204);
    expect(await prisma().identity.count({ where: { userId: id } })).toBe(0);
  });
});

describe('where not everybody may make an account', () => {
  async function withServer(env: Record<string, string>, work: (url: string) => Promise<void>): Promise<void> {
    const other = await startServer({ env: { ...provider.settings, ...env } });
    try {
      await work(other.url);
    } finally {
      await other.stop();
    }
  }

  it('nobody new comes in while registration is closed, but who is known does', async () => {
    const person = somebody();
    await new Browser().signIn(person);
    await withServer({ REGISTRATION: 'closed' }, async (url) => {
      expect(await new Browser(url).signIn(somebody())).toMatch(/refused=closed$/);
      expect(await new Browser(url).signIn(person)).toBe('/user');
    });
  });

  it('an invitation is taken up as by registering', async () => {
    const owner = await createUser({ username: 'inviter' });
    const admin = new Browser();
    await admin.send('/login', { email: owner.email, password: PASSWORD });
    await admin.send('/user/rooms', { name: 'by-invitation' });
    const made = await fetch(`${server.url}/api/v1/rooms/by-invitation/invitations`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: server.url,
        cookie: [...admin.cookies].map((pair) => pair.join('=')).join('; '),
      },
      body: JSON.stringify({ maxUses: 1 }),
    });
    const { invitation } = (await made.json()) as { invitation: { url: string } };
    const token = invitation.url.split('/').at(-1) ?? '';
    await withServer({ REGISTRATION: 'invited' }, async (url) => {
      expect(await new Browser(url).signIn(somebody())).toMatch(/refused=invited$/);
      expect(await new Browser(url).signIn(somebody(), { invitation: token })).toBe('/chat/by-invitation');
      expect(await new Browser(url).signIn(somebody(), { invitation: token })).toMatch(/refused=invitation$/);
    });
  });

  it('the administrator’s address has to be verified', async () => {
    const email = 'boss@id.example';
    await withServer({ ADMIN_EMAIL: email }, async (url) => {
      expect(await new Browser(url).signIn(somebody({ email, email_verified: undefined }))).toMatch(
        /refused=unverified$/,
      );
      const browser = new Browser(url);
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
    const other = await startServer({ env: { ...provider.settings, OIDC_ISSUER: `http://localhost:${port}` } });
    try {
      const before = performance.now();
      const browser = new Browser(other.url);
      const location = (await browser.send(BEGIN, {})).headers.get('location') ?? '';
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
      const browser = new Browser(other.url);
      const back = await browser.visitProvider(await browser.send(BEGIN, {}));
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
    for (const answer of [await new Browser(other.url).send(BEGIN, {}), await new Browser(other.url).send(CALLBACK)])
      expect(answer.status).toBe(404);
    const page = await new Browser(other.url).send('/login');
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self';");
    expect(await page.text()).not.toContain(BEGIN);
  } finally {
    await other.stop();
  }
});
