import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { env, loadEnv, setEnv } from '@/lib/env';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { problemSchema } from '../../harness/answers';
import { createPerson, type Person } from '../../harness/people';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
let room: string;
beforeAll(async () => {
  anna = await createPerson();
  room = (await world.room(anna)).name;
});

/** What this door leaves to Next is answered 501 here. */
const PAGE = 501;

/** Sends bytes as they are; gives the answer's status line and all that follows. */
function raw(text: string | Buffer, more?: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(world.server.port, 'localhost');
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (data) => (answer += String(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(text);
    if (more) socket.write(more);
  });
}

const get = (target: string, host = `localhost:${world.server.port}`, ...more: string[]) =>
  raw([`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...more, '', ''].join('\r\n'));

describe('what kind of answer', () => {
  it.each([
    ['application/json', 'json'],
    ['application/problem+json', 'json'],
    ['application/json;q=0.9, */*;q=0.1', 'json'],
    ['APPLICATION/JSON', 'json'],
    ['*/*', 'page'],
    [null, 'page'],
    ['text/html', 'page'],
    ['text/html, application/json', 'page'],
    ['text/x-component', 'page'],
    ['image/png', 'page'],
  ])('a GET gets for Accept %j: %s', async (accept, kind) => {
    for (const path of ['/user', '/user/search/results', `/chat/${room}`]) {
      const answer = await get(
        path,
        undefined,
        `Authorization: Bearer ${anna.token}`,
        ...(accept === null ? [] : [`Accept: ${accept}`]),
      );
      expect(answer).toMatch(
        kind === 'json'
          ? /^HTTP\/1\.1 200 [\s\S]*content-type: application\/json/i
          : new RegExp(`^HTTP/1\\.1 ${PAGE} `),
      );
      expect(answer).toMatch(/^vary:.*accept/im);
    }
  });

  it.each([
    ['text/html', 'application/x-www-form-urlencoded', 303],
    ['text/html, application/json', 'application/x-www-form-urlencoded', 303],
    ['*/*', 'application/x-www-form-urlencoded', 201],
    ['application/json', 'application/x-www-form-urlencoded', 201],
    ['text/html', 'application/json', 201],
    ['*/*', 'application/json; charset=utf-8', 201],
    ['*/*', 'application/vnd.beseda+json', 201],
  ])('a POST gets for Accept %j and a body of %j: %d', async (accept, type, status) => {
    const body = type.includes('json') ? JSON.stringify({ body: 'hi' }) : 'body=hi';
    const response = await request(world, `/chat/${room}`, {
      as: anna,
      method: 'POST',
      body,
      headers: { accept, 'content-type': type },
    });
    expect(response.status).toBe(status);
  });

  it('is JSON below /api/v1, whatever is accepted', async () => {
    const response = await request(world, '/api/v1/me', { as: anna, headers: { accept: 'text/html' } });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const nothing = await request(world, '/api/v1/nothing', { as: anna, headers: { accept: 'text/html' } });
    expect([nothing.status, nothing.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it('is a page for a program too where there is nothing but a page', async () => {
    for (const path of ['/', '/login', '/register', '/user/search', `/user/rooms/delete/${room}`]) {
      const response = await request(world, path, { as: anna, headers: { accept: 'application/json' } });
      expect(response.status).toBe(PAGE);
    }
    for (const path of ['/user/search', `/user/rooms/delete/${room}`]) {
      expect((await request(world, path, { headers: { accept: 'application/json' } })).status).toBe(401);
      expect((await request(world, path, { headers: { accept: 'text/html' } })).status).toBe(PAGE);
    }
  });

  it('answers HEAD as GET, without a body', async () => {
    for (const path of ['/user', `/chat/${room}`, '/api/v1/me', `/api/v1/rooms/${room}/messages`]) {
      const response = await request(world, path, {
        as: anna,
        method: 'HEAD',
        headers: { accept: 'application/json' },
      });
      expect([response.status, await response.text()]).toEqual([200, '']);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  it('keeps what is somebody’s own out of caches', async () => {
    for (const path of ['/user', `/chat/${room}`, '/api/v1/me', '/api/v1/rooms', '/user/search/results']) {
      const response = await request(world, path, { as: anna, headers: { accept: 'application/json' } });
      expect(response.headers.get('cache-control')).toMatch(/no-store/);
    }
  });
});

describe('bad requests', () => {
  it.each<[string, string, string | Buffer | undefined]>([
    ['text', 'text/plain', '{"name":"x"}'],
    ['a multipart form', 'multipart/form-data; boundary=x', '--x\r\n\r\n--x--'],
    ['no JSON', 'application/json', '{"name":'],
    ['an array', 'application/json', '[1]'],
    ['null', 'application/json', 'null'],
    ['a string', 'application/json', '"name"'],
    ['nothing', 'application/json', ''],
    ['bytes that are no UTF-8', 'application/json', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('are told of a body of %s, before who asks', async (_title, type, body) => {
    for (const path of [
      '/register',
      '/login',
      '/user/rooms',
      `/chat/${room}`,
      '/api/v1/rooms',
      `/api/v1/rooms/${room}/messages`,
    ]) {
      const response = await request(world, path, {
        method: 'POST',
        headers: { 'content-type': type },
        ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
      });
      expect([path, response.status]).toEqual([path, 400]);
      expect(problemSchema.parse(await response.json()).code).toBe('bad_request');
    }
  });

  it.each([
    '/%',
    '/chat/%',
    '/chat/%E0%A4%A',
    '/user/rooms/delete/%zz',
    '/_next/%',
    '/api/v1/rooms/%ff',
    '/api/health/%',
    '/socket.io/%',
    '/ws/chat/%',
    '/user/search/results?q=%',
    `/api/v1/rooms?x=%E0%A4%A`,
  ])('are told of broken percent-encoding in %s', async (path) => {
    const answer = await get(path);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"bad_request"/);
  });

  it.skipIf(BEHIND_NGINX)('are told of a target that is no path, and of a foreign host', async () => {
    expect(await get('//evil.example/')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await get(`http://localhost:${world.server.port}/api/v1/me`)).toMatch(/^HTTP\/1\.1 400 /);
    for (const host of ['evil.example', `evil.example:${world.server.port}`, 'localhost.evil.example', '']) {
      for (const path of ['/', '/api/v1/me', '/socket.io/?EIO=4&transport=polling', `/ws/chat/${room}`]) {
        expect(await get(path, host)).toMatch(/^HTTP\/1\.1 400 /);
      }
    }
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1', '[::1]:5']) {
      expect(await get('/api/v1/me', host)).toMatch(/^HTTP\/1\.1 401 /);
    }
  });

  it('are not made of a backslash in a query', async () => {
    expect(
      await get(
        '/user/search/results?q=a\\b',
        undefined,
        `Authorization: Bearer ${anna.token}`,
        'Accept: application/json',
      ),
    ).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('with a known public address are all that name another', async () => {
    const before = env();
    setEnv(loadEnv({ NEXTAUTH_URL: 'https://chat.example.org', NEXTAUTH_SECRET: before.secret, RATE_LIMITS: 'off' }));
    try {
      expect(await get('/api/v1/me')).toMatch(/^HTTP\/1\.1 400 /);
      const answer = await get('/api/v1/me', 'chat.example.org');
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer).toMatch(/^strict-transport-security: /im);
      expect(await get('/api/health/live')).toMatch(/^HTTP\/1\.1 200 /);
    } finally {
      setEnv(before);
    }
  });
});

describe('a request over 256 KiB', () => {
  it.each([300 * 1024, 4 * 1024 * 1024])(
    'of %d bytes is 413 whatever else is wrong, and whoever asks',
    async (size) => {
      for (const path of ['/register', '/user/rooms', '/nowhere', '/api/v1/rooms', '/api/auth/callback/credentials']) {
        const response = await request(world, path, {
          method: 'POST',
          body: 'x'.repeat(size),
          headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
        });
        expect([path, response.status]).toEqual([path, 413]);
        expect(problemSchema.parse(await response.json()).code).toBe('too_large');
      }
    },
  );

  it('is 413 in chunks, too', async () => {
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')]);
    const head = `POST /user/rooms HTTP/1.1\r\nHost: localhost:${world.server.port}\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n`;
    expect(await raw(head, Buffer.concat([chunk, chunk, chunk, chunk, chunk, chunk]))).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*"code":"too_large"/,
    );
  });

  it('is 413 with a GET, too', async () => {
    const head = `GET /api/v1/me HTTP/1.1\r\nHost: localhost:${world.server.port}\r\nContent-Length: 300000\r\n\r\n`;
    expect(await raw(head)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is read up to the last byte that may be', async () => {
    const json = { body: 'x', padding: '' };
    json.padding = 'x'.repeat(256 * 1024 - JSON.stringify(json).length);
    expect((await request(world, `/chat/${room}`, { as: anna, json })).status).toBe(422);
  });
});

describe('addresses and methods', () => {
  it.each([
    ['PUT', '/user', 'GET'],
    ['POST', '/user', 'GET'],
    ['DELETE', '/user/rooms', 'POST'],
    ['PUT', '/api/v1/me', 'PATCH'],
    ['POST', '/api/health/live', 'GET'],
    ['POST', '/logout', 'GET'],
    ['POST', '/user/search/results', 'GET'],
    ['POST', '/', 'GET'],
    ['POST', '/user/search', 'GET'],
    ['DELETE', '/login', 'POST'],
  ])('%s %s is 405, and says what is allowed', async (method, path, allowed) => {
    const response = await request(world, path, { as: anna, method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')?.split(', ')).toContain(allowed);
  });

  it('are 404 where there is nothing', async () => {
    for (const [path, method] of [
      ['/api/nothing', 'GET'],
      ['/api/v1', 'GET'],
      ['/nothing', 'POST'],
      ['/api/v1/rooms/x/y/z', 'PUT'],
      ['/api/v1/nothing', 'DELETE'],
    ] as const) {
      const response = await request(world, path, { as: anna, method });
      expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([404, 'not_found']);
    }
    expect((await request(world, '/nothing', { headers: { accept: 'application/json' } })).status).toBe(404);
  });
});

describe('health', () => {
  it.each(['/api/health/live', '/api/health/ready'])('%s answers for any host, without credentials', async (path) => {
    for (const host of ['10.0.0.7:3000', 'evil.example', 'localhost'])
      expect(await get(path, host)).toMatch(/^HTTP\/1\.1 200 /);
    expect((await request(world, path, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('every answer', () => {
  it('carries the headers that guard a page, with a nonce of its own', async () => {
    const before = env();
    setEnv({ ...before, production: true });
    const nonces = new Set<string | undefined>();
    for (const path of ['/', '/api/v1/me', '/logout', '/nothing', '/user', '/api/health/live']) {
      const { headers } = await request(world, path, {
        headers: { accept: path === '/' ? 'text/html' : 'application/json' },
      });
      const policy = headers.get('content-security-policy') ?? '';
      for (const part of [
        `default-src 'self'`,
        `object-src 'none'`,
        `base-uri 'none'`,
        `frame-ancestors 'none'`,
        `form-action 'self'`,
      ])
        expect(policy).toContain(part);
      expect(policy).not.toMatch(/script-src[^;]*'unsafe/);
      nonces.add(/'nonce-([^']{22,})'/.exec(policy)?.[1]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toMatch(/same-origin|strict-origin/);
      expect(headers.get('x-powered-by')).toBeNull();
    }
    setEnv(before);
    expect(nonces.size).toBe(6);
    expect(nonces.has(undefined)).toBe(false);
  });

  it('to a client over its limit says when to come back', async () => {
    const before = env();
    setEnv({ ...before, rateLimits: true });
    try {
      const person = await createPerson();
      const answers = await Promise.all(
        Array.from({ length: 320 }, () => request(world, `/chat/${room}`, { as: person, json: { body: ' ' } })),
      );
      const limited = answers.filter(({ status }) => status === 429);
      expect(limited.length).toBeGreaterThan(0);
      expect(answers.filter(({ status }) => status === 422).length).toBeGreaterThanOrEqual(250);
      expect(limited[0]?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(problemSchema.parse(await limited[0]?.json()).code).toBe('rate_limited');
    } finally {
      setEnv(before);
    }
  });
});
