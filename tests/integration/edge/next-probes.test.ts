import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoom, writeMessages } from '../../factories';
import { openElsewhere } from '../../harness/elsewhere';
import { createPerson, type Person } from '../../harness/people';
import { startServer, type RunningServer } from '../../harness/server';

let server: RunningServer;
let anna: Person;
let stranger: Person;
beforeAll(async () => {
  [server, anna, stranger] = await Promise.all([startServer(), createPerson(), createPerson()]);
  const room = await createRoom({ owner: anna, name: 'hush', topic: 'SECRET-TOPIC', visibility: 'private' });
  await writeMessages(room, [{ author: anna, body: 'SECRET-BODY' }]);
}, 60_000);
afterAll(() => server.stop());

const HTML = 'text/html; charset=utf-8';

type Headers = Record<string, string>;

interface Seen {
  status: number;
  headers: globalThis.Headers;
  text: string;
}

async function ask(path: string, headers: Headers = {}, init: RequestInit = {}): Promise<Seen> {
  const response = await fetch(server.url + path, {
    redirect: 'manual',
    ...init,
    headers: { accept: 'text/html', ...headers },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends a request line as it is: `fetch` would tidy it up. */
function raw(target: string, ...headers: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, 'localhost');
    let text = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error(`No end of the answer: ${text.slice(0, 200)}`)));
    socket.on('data', (data) => (text += String(data)));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.write([`GET ${target} HTTP/1.1`, `Host: localhost:${server.port}`, ...headers, '', ''].join('\r\n'));
  });
}

const nonceOf = ({ headers }: Seen) =>
  /script-src [^;]*'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? 'none';

/** Pages that are somebody's. */
const PRIVATE = ['/user', '/user/account', '/chat/hush', '/chat/hush/details', '/admin/users', '/admin/audit'];
/** What is asked for with each of the headers below. */
const WAYS: ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}.rsc`,
  (path) => `${path}.segments/_tree.segment.rsc`,
  (path) => `${path}?_rsc=abc&nxtProom=hush`,
];

/** Headers by which versions of Next have let people past what stood in front of a page. */
const HEADERS: Headers[] = [
  { rsc: '1' },
  { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
  { rsc: '1', 'next-router-segment-prefetch': '/(chat)/__PAGE__' },
  { rsc: '1', 'next-router-state-tree': '%5B%22%22%2C%7B%7D%5D', 'next-url': '/user' },
  { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  { 'x-middleware-subrequest': 'src/middleware:proxy', 'x-middleware-rewrite': '/chat/hush' },
  { 'next-resume': '1' },
  { 'x-matched-path': '/chat/hush', 'x-now-route-matches': '1=hush', 'x-invoke-path': '/chat/hush' },
  { 'x-nextjs-data': '1', 'x-prerender-revalidate': 'x' },
  { cookie: '__prerender_bypass=x; __next_preview_data=x' },
  { 'x-beseda-form': '%7B%22shownOnce%22%3A%7B%7D%7D', 'x-beseda-client': '127.0.0.1', 'x-beseda-scheme': 'https' },
  { 'x-beseda-status': '200', 'x-nonce': 'known' },
];

describe('whoever may not see a page', () => {
  it.each(PRIVATE)('sees nothing of %s, whatever is said to Next', async (path) => {
    for (const who of [null, stranger]) {
      for (const headers of HEADERS) {
        for (const way of WAYS) {
          const cookie = [who?.cookie, headers.cookie].filter(Boolean).join('; ');
          const seen = await ask(way(path), { ...headers, ...(cookie && { cookie }) });
          const asked = `${way(path)} ${JSON.stringify(headers)}`;
          expect(seen.text, asked).not.toMatch(/SECRET-(?:TOPIC|BODY)/);
          expect(seen.status, asked).toBeLessThan(500);
          if (who === null) expect(seen.text, asked).not.toContain(anna.email);
          if (who === null && !way(path).endsWith('.rsc')) expect(seen.status, asked).not.toBe(200);
        }
      }
    }
    const own = await ask('/chat/hush', { cookie: anna.cookie });
    expect(own.text).toMatch(/SECRET-BODY/);
  });
});

describe('probes for the weaknesses of Flight and server actions', () => {
  it.each(['/', '/login', '/user', '/chat/hush', '/admin/users', '/_next/x', '/nowhere'])(
    'are refused at %s, and nothing happens',
    async (path) => {
      for (const action of ['x', '7f'.repeat(21)]) {
        for (const part of ['["$1:a:a"]', '{"then":"$1:__proto__:then","status":"resolved_model"}', '"$Q1"']) {
          const form = new FormData();
          form.append('0', part);
          form.append('1', '"$@0"');
          const headers = { 'next-action': action, origin: server.url, accept: 'text/x-component' };
          const { status } = await ask(path, headers, { method: 'POST', body: form });
          expect([400, 404, 405]).toContain(status);
          const text = await ask(path, { ...headers, 'content-type': 'text/plain' }, { method: 'POST', body: part });
          expect([400, 404, 405]).toContain(text.status);
        }
      }
      expect((await ask('/api/health/ready')).status).toBe(200);
    },
  );

  it.each([
    ['nonsense', 'nonsense'],
    ['broken percent-encoding', '%'],
    ['an empty list', '%5B%5D'],
    ['nothing', 'null'],
    ['very deep', '%5B%22%22%2C'.repeat(500)],
  ])('a state of the router that is none is a bad request, and not in the log: %s', async (_title, state) => {
    for (const path of ['/', '/user', '/login', '/nowhere']) {
      for (const rsc of [{}, { rsc: '1' }] as Headers[]) {
        const seen = await ask(path, { ...rsc, 'next-router-state-tree': state, cookie: anna.cookie });
        expect([path, seen.status]).toEqual([path, 400]);
      }
    }
    expect(server.logs()).not.toMatch(/router state/);
  });

  it.each([
    '/_next/image?url=%2Ficon.svg&w=64&q=75',
    '/_next/image?url=http%3A%2F%2Flocalhost%2F&w=64&q=75',
    '/_next/static/../../package.json',
    '/_next/static/%2e%2e/%2e%2e/BUILD_ID',
    '/_next/static/..%2f..%2fBUILD_ID',
    '/_next/server/app/page.js',
    '/_next/webpack-hmr',
    '/.env',
    '/.git/config',
    '/_global-error',
    '/_not-found',
    '/500',
    '/__nextjs_original-stack-frame',
  ])('there is nothing at %s', async (target) => {
    const answer = await raw(target, 'Accept: text/html', 'Connection: close');
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).not.toMatch(/"dependencies"|NEXTAUTH/);
  });

  it.each(['/nowhere', '/nowhere/', '/no//where', '/no//where//x', '/chat/%E3%80%80'])(
    'a form for %s gets the page that says so',
    async (path) => {
      const { status, headers, text } = await ask(
        path,
        { origin: server.url, cookie: anna.cookie },
        { method: 'POST', body: new URLSearchParams({ body: 'hi' }) },
      );
      expect([status, headers.get('content-type'), headers.get('location')]).toEqual([404, HTML, null]);
      expect(text).toContain('Nothing lives here');
    },
  );

  it('there is an icon where browsers look for one before they have read the page', async () => {
    const { status, headers } = await ask('/favicon.ico', { accept: 'image/*' });
    expect([status, headers.get('content-type')]).toEqual([200, 'image/x-icon']);
  });

  it('an upgrade leads nowhere else, and is answered at once', async () => {
    const elsewhere = await openElsewhere();
    const { port } = elsewhere;
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    upgrade.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==');
    for (const [target, status] of [
      [`http://127.0.0.1:${port}/`, 400],
      [`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, 400],
      [`//127.0.0.1:${port}/`, 400],
      [`/\\127.0.0.1:${port}/`, 400],
      ['/nowhere', 404],
      ['/_next/webpack-hmr', 404],
      ['/user', 404],
    ] as const)
      expect(await raw(target, ...upgrade), target).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    elsewhere.close();
    expect(elsewhere.reached()).toBe(0);
  });
});

describe('pages', () => {
  const PAGES: [string, number, Headers?][] = [
    ['/login', 200],
    ['/register', 200],
    ['/forgot', 200],
    ['/reset?token=x', 404],
    ['/nowhere', 404],
    ['/chat/nowhere', 404],
    ['/user', 200],
    ['/user/account', 200],
    ['/user/search/results?q=hush', 200],
    ['/chat/hush', 200],
    ['/chat/hush/details', 200],
    ['/user/rooms/delete/hush', 200],
    ['/admin/users', 404],
  ];

  it.each(PAGES)(
    '%s runs scripts with its nonce alone, whatever policy comes with the request',
    async (path, status) => {
      const isOpen = /^\/(?:login|register|forgot|reset)/.test(path);
      const forged = { 'content-security-policy': `script-src 'nonce-forged'`, 'x-nonce': 'forged' };
      const nonces = new Set<string>();
      for (const headers of [{}, forged]) {
        const seen = await ask(path, { ...headers, ...(!isOpen && { cookie: anna.cookie }) });
        expect(seen.status).toBe(status);
        const policy = seen.headers.get('content-security-policy') ?? '';
        expect(policy).toMatch(/script-src [^;]*'strict-dynamic'/);
        expect(policy).not.toMatch(/script-src[^;]*'unsafe/);
        const scripts = seen.text.match(/<script\b[^>]*>/g) ?? [];
        expect(scripts.length).toBeGreaterThan(0);
        for (const script of scripts) expect(script).toContain(`nonce="${nonceOf(seen)}"`);
        expect(seen.text).not.toMatch(/\son\w+="|forged/);
        nonces.add(nonceOf(seen));
      }
      expect(nonces.size).toBe(2);
      expect(nonces).not.toContain('forged');
    },
  );

  it.each([
    ['/login', 401],
    ['/register', 422],
  ] as const)('that show a refused form are under the same policy: %s', async (path, status) => {
    const form = new URLSearchParams({ email: 'x@example.org', password: 'wrong password', username: 'a b' });
    if (path === '/login') form.delete('username');
    const seen = await ask(path, { origin: server.url }, { method: 'POST', body: form });
    expect(seen.status).toBe(status);
    for (const script of seen.text.match(/<script\b[^>]*>/g) ?? []) expect(script).toContain(nonceOf(seen));
    expect(seen.headers.get('content-security-policy')).not.toMatch(/script-src[^;]*'unsafe/);
  });

  it.each(['/user', '/user/account', '/chat/hush', '/chat/hush/details', '/user/search', '/login', '/'])(
    '%s is kept by no cache, as a page or as what Next fetches of it',
    async (path) => {
      const page = await ask(path, { cookie: anna.cookie });
      const component = await ask(`${path}?_rsc=1`, { cookie: anna.cookie, rsc: '1' });
      for (const { headers, status } of [page, component]) {
        if (status !== 307 || headers.has('cache-control')) expect(headers.get('cache-control')).toMatch(/no-store/);
        expect(headers.get('vary')).toMatch(/\baccept(?!-)/i);
      }
      expect(page.headers.get('vary')).toMatch(/\brsc\b/i);
    },
  );

  it('show no form that a client says was refused', async () => {
    const words = 'FORGED-WORDS';
    const form = { code: 'forbidden', detail: words, values: { email: words }, errors: [], shownOnce: { url: words } };
    for (const path of ['/login', '/register', '/user', '/user/account'])
      for (const as of [{}, { cookie: anna.cookie }] as Headers[])
        expect(
          (await ask(path, { 'x-beseda-form': encodeURIComponent(JSON.stringify(form)), ...as })).text,
        ).not.toContain(words);
  });

  it('lead to the service, whatever host a client says that a proxy has seen', async () => {
    const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '666' };
    for (const path of [
      '/',
      '/login',
      '/user',
      '/nowhere',
      '/api/auth/providers',
      '/api/auth/signin',
      '/api/auth/csrf',
    ])
      for (const as of [{}, { cookie: anna.cookie }] as Headers[]) {
        const seen = await ask(path, { ...forged, ...as });
        expect(`${seen.text} ${JSON.stringify([...seen.headers])}`).not.toMatch(/evil\.example|:666/);
      }
  });
});

it('who signs in with a wrong password sees the page that a stranger sees', async () => {
  const tried = async (email: string) => {
    const form = new URLSearchParams({ email, password: 'wrong password' });
    const seen = await ask('/login', { origin: server.url }, { method: 'POST', body: form });
    const headers = [...seen.headers].filter(([name]) => !['date', 'x-request-id'].includes(name)).join('\n');
    const same = (text: string) => text.replaceAll(nonceOf(seen), 'NONCE').replaceAll(email, 'EMAIL');
    return [seen.status, same(headers), same(seen.text)];
  };
  const [known, unknown] = [await tried(anna.email), await tried('nobody@example.org')];
  expect(known).toEqual(unknown);
  expect(known[0]).toBe(401);
});
