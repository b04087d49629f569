import { beforeAll, describe, expect, it } from 'vitest';
import { accountFormSchema } from '@/lib/contracts/accounts';
import { twoStepFormSchema } from '@/lib/contracts/second-factor';
import { routes } from '@/lib/http/front';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { connectSocketIo, openSocketIo } from '../../harness/socket-io-client';
import { inWorld, request } from '../contract/world';

const world = inWorld();
let anna: Person;
let room: string;
beforeAll(async () => {
  anna = await createPerson({ role: 'administrator' });
  room = (await world.room(anna)).name;
});

/** Origins that are nearly the service’s own. */
const foreign = (): string[] => {
  const { port } = world.server;
  return [
    'null',
    'https://evil.example',
    `https://localhost:${port}`,
    `http://localhost:${port + 1}`,
    'http://localhost',
    `http://127.0.0.1:${port}`,
    `http://localhost.:${port}`,
    `http://evil.localhost:${port}`,
    `http://localhost:${port}.evil.example`,
    `http://localhost:${port}/`,
    `http://localhost:${port}, https://evil.example`,
    `http://evil.example@localhost:${port}`,
    '',
  ];
};

describe('a page of another site that has somebody’s cookie', () => {
  it('opens no connection of either kind, over no transport', async () => {
    for (const origin of foreign()) {
      const headers = { cookie: anna.cookie, origin };
      const path = `/ws/chat/${room}`;
      await expect(PlainSocket.open(world.url, path, null, { headers }), origin).rejects.toMatchObject({ status: 403 });
      const socket = openSocketIo(world.url, null, { headers });
      await expect(connectSocketIo(socket), origin).rejects.toMatchObject({ description: { message: /403/ } });
      socket.disconnect();
      const polling = '/socket.io/?EIO=4&transport=polling';
      expect((await request(world, polling, { headers })).status, origin).toBe(403);
      expect((await request(world, polling, { headers, method: 'POST', body: '40' })).status, origin).toBe(403);
      // What a browser asks before a request that is not simple: nobody is told that they may.
      const preflight = await request(world, '/api/v1/rooms', { method: 'OPTIONS', headers });
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    }
    const headers = { cookie: anna.cookie, origin: world.url.toUpperCase().replace('HTTP', 'http') };
    await (await PlainSocket.open(world.url, `/ws/chat/${room}`, null, { headers })).close();
  });

  /** Addresses with several forms, told apart by the query. */
  const forms: Record<string, readonly string[]> = {
    '/user/account': accountFormSchema.options,
    '/user/account/two-step': twoStepFormSchema.options,
  };
  const changes = routes()
    .map((route) => route.split(' ') as [string, string])
    // Without a provider there is nothing at its address; with one: tests/integration/openid-answers.test.ts.
    .filter(([method, path]) => method !== 'GET' && method !== 'ALL' && !path.startsWith('/api/auth/'))
    .flatMap(([method, path]): [string, string][] =>
      forms[path]
        ? forms[path].map((form) => [method, `${path}?form=${form}`])
        : [[method, path.replaceAll(/:\w+/g, '1')]],
    );

  it('finds every change that there is', () => {
    expect(changes.length).toBeGreaterThan(20);
  });

  it.each(changes)('makes no change: %s %s', async (method, path) => {
    const body = JSON.stringify({ name: 'forged', body: 'forged', locale: 'ru' });
    const sent: Record<string, string>[] = [
      ...foreign().map((origin) => ({ origin })),
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    ];
    // Without either header nobody can say where a change comes from; signing in and registering are for programs, too.
    if (!/^\/(?:login|register|preferences|forgot|reset)$/.test(path))
      sent.push(
        {},
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'none' },
      );
    for (const headers of sent) {
      for (const accept of ['application/json', 'text/html']) {
        const response = await request(world, path, {
          method,
          body: accept === 'text/html' ? new URLSearchParams({ name: 'forged' }) : body,
          headers: {
            ...(accept !== 'text/html' && { 'content-type': 'application/json' }),
            accept,
            cookie: anna.cookie,
            ...headers,
          },
        });
        // A program's address takes no form from anybody, and says so first.
        const refused = path.startsWith('/api/') && accept === 'text/html' ? /^40[03]$/ : /^403$/;
        expect(String(response.status), `${accept} ${JSON.stringify(headers)}`).toMatch(refused);
        expect(response.headers.getSetCookie()).toEqual([]);
      }
    }
  });

  it.each(changes)('is not understood in what a form can send as text: %s %s', async (method, path) => {
    for (const type of [
      'text/plain',
      'text/plain;application/json',
      'multipart/form-data; boundary=x',
      'text/json',
      '',
    ]) {
      const response = await request(world, path, {
        method,
        body: new TextEncoder().encode('{"name":"forged","body":"forged","a":"=b"}'),
        headers: { ...(type && { 'content-type': type }), cookie: anna.cookie, origin: world.url },
      });
      expect([type, response.status]).toEqual([type, 400]);
    }
  });

  it('has changed nothing', async () => {
    const rooms = (await (await request(world, '/api/v1/rooms', { as: anna })).json()) as { rooms: { name: string }[] };
    expect(rooms.rooms.map(({ name }) => name)).toEqual([room]);
  });
});
