import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { LIMITS } from '@/lib/contracts/limits';
import { env, loadEnv, setEnv } from '@/lib/env';
import { bodiesOf, converse } from '../harness/conversation';
import { EchoServer } from '../harness/echo-server';
import { databaseUrl } from '../harness/fresh-database';
import { startInProcess, type InProcessServer } from '../harness/in-process';
import { startNginx, type RunningNginx } from '../harness/nginx';
import { requireNginx } from '../harness/nginx-version.mjs';
import { TEST_SETTINGS } from '../harness/settings';

const version = requireNginx();

const echoSchema = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  connection: z.number(),
  bytes: z.number(),
});
const problemSchema = z.looseObject({ status: z.number(), code: z.string() });

/** A request as it is written, which `fetch` would tidy up. */
function raw(base: string, path: string, headers: Record<string, string>): Promise<IncomingMessage & { text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(base, { path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(Object.assign(response, { text }))).on('error', reject);
    });
    outgoing.on('error', reject).end();
  });
}

describe.skipIf(!version)(`nginx.conf (${version ?? 'no nginx here'})`, () => {
  let echo: EchoServer;
  let nginx: RunningNginx;

  beforeAll(async () => {
    echo = await EchoServer.start();
    nginx = await startNginx(echo.port);
  });
  afterAll(async () => {
    await nginx.stop();
    echo.stop();
  });

  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(new URL(path, nginx.url), init);
    return { response, reached: echoSchema.parse(await response.json()) };
  };

  it('passes the host with its port, and sets what is said about the client', async () => {
    const { reached } = await ask('/chat/%D0%BC%D0%B8%D1%80?after=1', {
      headers: {
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil.example',
        forwarded: 'for=203.0.113.9',
      },
    });
    expect(reached.url).toBe('/chat/%D0%BC%D0%B8%D1%80?after=1');
    expect(reached.headers).toMatchObject({
      host: nginx.host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    expect(reached.headers).not.toHaveProperty('forwarded');
    expect(reached.headers).not.toHaveProperty('x-forwarded-host');
  });

  it('gives each request an id of its own making, and logs it', async () => {
    const given = { headers: { 'x-request-id': 'of-a-stranger' } };
    const ids = [await ask('/', given), await ask('/', given)].map(({ reached }) => reached.headers['x-request-id']);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[0]).not.toBe(ids[1]);
    await vi.waitFor(async () => expect(await nginx.logs()).toMatch(new RegExp(`"GET /" 200 .* ${ids[1]}$`, 'm')));
  });

  it.each([
    'x-middleware-subrequest',
    'x-middleware-rewrite',
    'x-middleware-override-headers',
    'x-next-revalidated-tags',
    'x-prerender-revalidate',
    'x-next-resume-state-length',
    'x-beseda-status',
    'x-nonce',
    'x-beseda-form',
    'x-beseda-client',
    'x-beseda-scheme',
    'next-resume',
    'next-action',
    'x-nextjs-data',
    'x-matched-path',
    'x-invoke-path',
    'x-forwarded-port',
    'x-real-ip',
    'content-security-policy',
  ])('lets no %s in from outside', async (name) => {
    const { reached } = await ask('/', { headers: { [name]: 'forged' } });
    expect(Object.values(reached.headers)).not.toContain('forged');
  });

  it('shares connections to the application between requests', async () => {
    const first = await ask('/');
    const second = await ask('/');
    expect(second.reached.connection).toBe(first.reached.connection);
  });

  it('passes no upgrade but to WebSocket', async () => {
    const response = await raw(nginx.url, '/', {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': '',
    });
    expect(Object.keys(echoSchema.parse(JSON.parse(response.text)).headers)).not.toContain('upgrade');
  });

  it('takes a body of exactly the limit, and refuses one byte more as the contract says', async () => {
    const { reached } = await ask('/login', { method: 'POST', body: 'x'.repeat(LIMITS.requestBytes) });
    expect(reached.bytes).toBe(LIMITS.requestBytes);
    const refused = await fetch(`${nginx.url}/login`, { method: 'POST', body: 'x'.repeat(LIMITS.requestBytes + 1) });
    expect(refused.status).toBe(413);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(await refused.json())).toMatchObject({ status: 413, code: 'too_large' });
  });

  it.each(['/metrics', '/metrics/', '/metrics?a', '//metrics', '/%6detrics', '/./metrics'])(
    'shows nobody how the service does, at %s',
    async (path) => {
      const before = echo.requests.length;
      const answer = await raw(nginx.url, path, {});
      expect(answer.statusCode).toBe(404);
      expect(problemSchema.parse(JSON.parse(answer.text))).toMatchObject({ status: 404, code: 'not_found' });
      expect(echo.requests).toHaveLength(before);
    },
  );

  it('answers broken percent-encoding as the contract says', async () => {
    const response = await raw(nginx.url, '/chat/%zz', {});
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json');
  });

  it('answers headers beyond measure with 431', async () => {
    expect((await raw(nginx.url, '/', { 'x-long': 'x'.repeat(40_000) })).statusCode).toBe(431);
  });

  it('compresses, keeps hashed assets for a year, and does not tell its version', async () => {
    const page = await raw(nginx.url, '/user', { 'accept-encoding': 'gzip' });
    expect(page.headers).toMatchObject({ 'content-encoding': 'gzip', 'cache-control': 'no-store', server: 'nginx' });
    const asset = await raw(nginx.url, '/_next/static/chunks/a1b2.js', {});
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('says that the application is away: a page to people, a problem to programs', async () => {
    const gone = await EchoServer.start();
    gone.stop();
    const lonely = await startNginx(gone.port);
    try {
      const program = await fetch(`${lonely.url}/user`, { headers: { accept: 'application/json' } });
      expect(program.status).toBe(502);
      expect(program.headers.get('retry-after')).toBe('5');
      expect(problemSchema.parse(await program.json())).toMatchObject({ status: 502, code: 'unavailable' });
      const person = await fetch(`${lonely.url}/user`, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect(person.status).toBe(502);
      expect(person.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await person.text()).toMatch(/Back in a moment.*Страница попробует снова/);
    } finally {
      await lonely.stop();
    }
  });
});

describe.skipIf(!version)('the service behind nginx', () => {
  let service: InProcessServer;
  let nginx: RunningNginx;

  beforeAll(async () => {
    service = await startInProcess();
    nginx = await startNginx(service.port);
    const settings = { DATABASE_URL: databaseUrl(), NEXTAUTH_URL: nginx.url, TRUST_PROXY: '1' };
    setEnv(loadEnv({ ...TEST_SETTINGS, ...settings }));
  });
  afterAll(async () => {
    await nginx.stop();
    await service.stop();
  });

  it('carries a conversation over both protocols', async () => {
    const conversation = await converse(nginx.url);
    expect(await bodiesOf(nginx.url, conversation)).toEqual(conversation.bodies);
  });

  it('refuses a body of a megabyte as the service does by itself', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(2 ** 20)}"` };
    const [refused, alike] = await Promise.all(
      [nginx.url, service.url].map(async (base) => {
        const answer = await fetch(`${base}/login`, { ...init });
        return {
          status: answer.status,
          type: answer.headers.get('content-type'),
          problem: problemSchema.parse(await answer.json()),
        };
      }),
    );
    expect(refused).toMatchObject({ status: 413, problem: { code: 'too_large' } });
    expect(refused).toEqual(alike);
  });

  it('counts by the address that nginx sees, whatever a client says of its own', async () => {
    const before = env();
    setEnv({ ...before, rateLimits: true });
    const guess = async (time: number) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${time}` };
      const body = JSON.stringify({ email: `nobody-${time}@example.org`, password: 'wrong password' });
      return (await fetch(`${nginx.url}/login`, { method: 'POST', headers, body })).status;
    };
    try {
      const statuses: number[] = [];
      for (let time = 0; time < 32; time++) statuses.push(await guess(time));
      expect(statuses.slice(0, 30)).toEqual(Array<number>(30).fill(401));
      expect(statuses.slice(30)).toEqual([429, 429]);
    } finally {
      setEnv(before);
    }
  });

  it('keeps the secrets of links out of its log', async () => {
    await fetch(`${nginx.url}/invite/of-an-invitation`);
    await fetch(`${nginx.url}/reset?token=of-a-reset`);
    await vi.waitFor(async () => expect(await nginx.logs()).toContain('"GET /reset"'));
    expect(await nginx.logs()).toContain('"GET /invite/-"');
    expect(await nginx.logs()).not.toMatch(/of-an-invitation|of-a-reset/);
  });

  it('refuses another host and a foreign origin, and says readiness to any', async () => {
    expect((await raw(nginx.url, '/user', { host: 'evil.example', accept: 'application/json' })).statusCode).toBe(400);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    expect((await raw(nginx.url, '/ws/chat/general', { ...upgrade, origin: 'https://evil.example' })).statusCode).toBe(
      403,
    );
    expect((await raw(nginx.url, '/ws/chat/general', upgrade)).statusCode).toBe(401);
    expect((await raw(nginx.url, '/ws/chat/general', {})).statusCode).toBe(426);
    expect((await raw(nginx.url, '/api/health/ready', { host: 'anything' })).statusCode).toBe(200);
  });
});
