import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../../factories';
import { TRANSPORT_NAMES } from '../../harness/clients';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld, request } from '../contract/world';

const world = inWorld();
let anna: Person;
beforeAll(async () => {
  anna = await createPerson({ username: 'Annabel' });
});

describe('the address of a room', () => {
  /** As it stands in a path, and what it is answered with. */
  const ADDRESSES: [string, number][] = [
    ['a%2Fb', 404],
    ['..%2F..%2Fapi%2Fv1%2Fme', 404],
    ['%2e%2e%2f', 404],
    ['%252e%252e%252f', 404],
    ['%2561', 404],
    ['%00', 404],
    ['a%00b', 404],
    ['%', 400],
    ['%zz', 400],
    ['%c0%ae', 400],
    ['%ed%a0%80', 400],
    ['%E2%80%AEnimda', 404],
    ['%E2%80%8Bhidden', 404],
    ['%F0%9F%98%80', 404],
    ['__proto__', 404],
    ['constructor', 404],
    ['hasOwnProperty', 404],
    ['a%0D%0ASet-Cookie:%20x=y', 404],
    ['x'.repeat(4_000), 404],
  ];

  it.each(ADDRESSES)('%s is none', async (address, status) => {
    for (const path of [`/chat/${address}`, `/api/v1/rooms/${address}`, `/api/v1/rooms/${address}/messages`]) {
      const response = await raw(path);
      expect(response, path).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(response, path).not.toMatch(/^set-cookie/im);
    }
    const upgrade = PlainSocket.open(world.url, `/ws/chat/${address}`, anna.token);
    await expect(upgrade).rejects.toMatchObject({ status });
  });

  /** Sends a path as it is: `fetch` would tidy it up. */
  function raw(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(world.server.port, 'localhost');
      let text = '';
      socket.on('data', (data) => (text += String(data)));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
      const lines = [`Host: localhost:${world.server.port}`, `Authorization: Bearer ${anna.token}`];
      socket.write(
        `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
      );
    });
  }

  it('goes no way up, whoever tidies it', async () => {
    for (const path of ['/chat/../api/v1/me', '/chat/%2e%2e/api/v1/me', '/api/v1/rooms/../me'])
      expect(await raw(path)).toMatch(/^HTTP\/1\.1 (?:200 [\s\S]*"email"|404 )/);
    const stranger = await fetch(`${world.url}/chat/%2e%2e/user`, { headers: { accept: 'application/json' } });
    expect(stranger.status).toBe(401);
  });

  it.each(['../x', 'a/b', 'a\0b', '\u202enimda', '\u200bhidden', '😀', '.', '\ud800', '%61'])(
    '%j is no name to make one by',
    async (name) => {
      expect((await request(world, '/api/v1/rooms', { as: anna, json: { name } })).status).toBe(422);
    },
  );

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    '%s is a room like any other, once there is one',
    async (name) => {
      const made = await request(world, '/api/v1/rooms', { as: anna, json: { name } });
      expect(made.status).toBe(201);
      const [plain, io] = await Promise.all([
        PlainSocket.join(world.url, name, anna.token),
        SocketIoClient.connect(world.url, anna.token),
      ]);
      expect((await io.call('room:join', { room: name })).ok).toBe(true);
      expect((await plain.call('message:send', { body: `in ${name}` })).ok).toBe(true);
      expect(await io.facts.wait('messages:created')).toMatchObject({ messages: [{ body: `in ${name}` }] });
      expect((await plain.call('typing', { typing: true })).ok).toBe(true);
      expect(
        (await request(world, `/chat/${name}`, { as: anna, headers: { accept: 'application/json' } })).status,
      ).toBe(200);
      await Promise.all([plain.close(), io.close()]);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});

describe('a username that passes for another’s', () => {
  const LOOK_ALIKES = [
    'ANNABEL',
    'Аnnabel',
    'Ａｎｎａｂｅｌ',
    'Annabe1',
    'AnnabeI',
    '𝐀nnabel',
    'ⒶnnabeL',
    ' annabel ',
    'Annabeⅼ',
  ];
  const IMPOSSIBLE = [
    'Anna\u200bbel',
    'Anna\u00adbel',
    '\u202eAnnabel',
    'Anna\u2060bel',
    'Anna\ufe0fbel\ufe0f\ufe0f\ufe0f',
    'Annabel\0',
  ];

  const register = (username: string) =>
    request(world, '/register', { json: { email: `${randomUUID()}@example.org`, username, password: PASSWORD } });

  it.each([...LOOK_ALIKES.map((name) => [name, 409] as const), ...IMPOSSIBLE.map((name) => [name, 422] as const)])(
    '%j is refused with %d, to newcomers and in a rename',
    async (username, status) => {
      expect((await register(username)).status).toBe(status);
      const other = await createPerson();
      const renamed = await request(world, '/api/v1/me', { as: other, method: 'PATCH', json: { username } });
      expect(renamed.status).toBe(status);
    },
  );
});

describe.each(TRANSPORT_NAMES)('what is slipped into a message over %s', (transport) => {
  it.each([
    ['authorId', { authorId: 1 }],
    ['author', { author: { id: 1, username: 'root' } }],
    ['seq and revision', { seq: 1, revision: 1 }],
    ['createdAt', { createdAt: '2000-01-01T00:00:00Z' }],
    ['constructor', { constructor: { prototype: { polluted: true } } }],
  ])('is refused: %s', async (_title, fields) => {
    const { name } = await world.room(anna);
    const client = await world.client(transport, anna);
    const answer = await client.call('message:send', { room: name, body: 'hi', ...fields });
    expect(answer.error?.code).toBe('unprocessable');
    expect((await client.call('message:list', { room: name })).messages).toEqual([]);
  });

  it('changes nothing of other objects', async () => {
    const { name } = await world.room(anna);
    const client = await world.client(transport, anna);
    const fields = JSON.parse('{"body":"hi","__proto__":{"polluted":true,"role":"administrator"}}') as object;
    await client.call(
      'message:send',
      Object.defineProperties({ room: name }, Object.getOwnPropertyDescriptors(fields)),
    );
    expect('polluted' in {} || 'role' in {}).toBe(false);
    const { messages = [] } = await client.call('message:list', { room: name });
    for (const message of messages) expect(Object.keys(message)).not.toContain('polluted');
  });
});
