import { connect as tcp } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket, type PlainOptions } from '../../harness/plain-client';
import { rawText } from '../../harness/raw-text';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
let room: { id: number; name: string };
beforeAll(async () => {
  anna = await createPerson();
  room = await world.room(anna);
  const socket = await join();
  for (const body of ['one', 'two', 'three']) await socket.call('message:send', { body });
});

const join = async (options?: PlainOptions, token: string | null = anna.token, name = room.name) =>
  world.keep(await PlainSocket.join(world.url, name, token, options));

/** Sends an upgrade by hand, and gives the status line and what else came before the server closed. */
function handshake(lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tcp(world.server.port, 'localhost');
    let text = '';
    socket.setTimeout(3_000, () => socket.destroy(new Error('No answer within 3 s')));
    socket.on('data', (data) => (text += String(data)));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

const upgrade = (path: string, ...more: string[]) => [
  `GET ${path} HTTP/1.1`,
  ...(more.some((line) => line.startsWith('Host:')) ? [] : [`Host: localhost:${world.server.port}`]),
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ...more,
];

describe('connecting by plain WebSocket', () => {
  it.each<[string, () => [PlainOptions, string | null]]>([
    ['Authorization', () => [{}, anna.token]],
    ['the cookie', () => [{ headers: { cookie: anna.cookie } }, null]],
    ['the cookie, from a page of its own', () => [{ headers: { cookie: anna.cookie, origin: world.url } }, null]],
  ])('works by %s', async (_title, how) => {
    const socket = await join(...how());
    expect(socket.frames[0]?.type).toBe('room:joined');
    expect(socket.frames[0]?.room).toMatchObject({ name: room.name });
    expect(socket.frames[0]?.messages).toMatchObject([{ body: 'one' }, { body: 'two' }, { body: 'three' }]);
    expect(socket.frames[0]?.hasMore).toBe(false);
  });

  it('works by subprotocol, of which it selects bearer', async () => {
    const socket = await join({ protocols: ['bearer', anna.token] }, null);
    expect(socket.socket.protocol).toBe('bearer');
  });

  it('tells a newcomer of the room first, whatever else there is to tell', async () => {
    const socket = await join({}, (await createPerson()).token);
    expect(socket.frames[0]?.type).toBe('room:joined');
    await socket.facts.wait('presence');
  });

  it.each<[string, string, () => [PlainOptions, string | null], number]>([
    ['nobody', '/ws/chat/{room}', () => [{}, null], 401],
    ['a bad token', '/ws/chat/{room}', () => [{}, 'nonsense'], 401],
    [
      'a bad token beside a good cookie',
      '/ws/chat/{room}',
      () => [{ headers: { cookie: anna.cookie } }, 'nonsense'],
      401,
    ],
    [
      'a bad subprotocol beside a good cookie',
      '/ws/chat/{room}',
      () => [{ protocols: ['bearer', 'nonsense'], headers: { cookie: anna.cookie } }, null],
      401,
    ],
    [
      'bearer without a token',
      '/ws/chat/{room}',
      () => [{ protocols: ['bearer'], headers: { cookie: anna.cookie } }, null],
      401,
    ],
    ['a foreign origin', '/ws/chat/{room}', () => [{ origin: 'https://evil.example' }, anna.token], 403],
    ['a foreign origin without credentials', '/ws/chat/{room}', () => [{ origin: 'null' }, null], 403],
    ['a foreign host', '/ws/chat/{room}', () => [{ headers: { host: 'evil.example' } }, anna.token], 400],
    ['no such room', '/ws/chat/nowhere-at-all', () => [{}, anna.token], 404],
    ['an impossible room', '/ws/chat/a%20b!', () => [{}, anna.token], 404],
    ['a room and more', '/ws/chat/{room}/more', () => [{}, anna.token], 404],
    ['no room', '/ws/chat/', () => [{}, anna.token], 404],
    ['broken percent-encoding', '/ws/chat/%E0%A4%A', () => [{}, anna.token], 400],
    ['two places', '/ws/chat/{room}?after=1&since=1', () => [{}, anna.token], 400],
    ['a place that is no number', '/ws/chat/{room}?after=x', () => [{}, anna.token], 400],
    ['an empty place', '/ws/chat/{room}?since=', () => [{}, anna.token], 400],
    ['a place beyond the room', '/ws/chat/{room}?since=4', () => [{}, anna.token], 400],
    ['a place that is no number, before who asks', '/ws/chat/{room}?after=-1', () => [{}, null], 400],
  ])('refuses %s before the upgrade', async (_title, path, how, status) => {
    const [options, token] = how();
    const opened = PlainSocket.open(world.url, path.replace('{room}', room.name), token, options);
    await expect(opened).rejects.toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
  });

  it('knows a room by any spelling that becomes its name', async () => {
    const socket = await join({}, anna.token, ` ${room.name.toUpperCase()}`);
    expect(socket.frames[0]?.room).toMatchObject({ name: room.name });
  });

  it('catches up after a message and since a revision', async () => {
    expect((await join({ query: '?after=2' })).frames[0]).toMatchObject({ messages: [{ seq: 3 }], hasMore: false });
    expect((await join({ query: '?since=1' })).frames[0]).toMatchObject({ messages: [{ seq: 2 }, { seq: 3 }] });
    expect((await join({ query: '?since=3' })).frames[0]).toMatchObject({ messages: [], hasMore: false });
  });

  it('answers 426 to a request without an upgrade, whoever asks', async () => {
    for (const as of [null, anna]) {
      for (const path of [`/ws/chat/${room.name}`, '/ws/chat/nowhere-at-all']) {
        const answer = await request(world, path, { as });
        expect([answer.status, answer.headers.get('upgrade')]).toEqual([426, 'websocket']);
      }
    }
  });

  it.skipIf(BEHIND_NGINX).each(['/', '/ws', '/nowhere', '/api/v1/me', '/socket.io', '/_next/webpack-hmr', '/ws/chat'])(
    'answers an upgrade of %s at once',
    async (path) => {
      const begun = performance.now();
      expect(await handshake(upgrade(path))).toMatch(/^HTTP\/1\.1 404 /);
      expect(performance.now() - begun).toBeLessThan(900);
    },
  );

  it.skipIf(BEHIND_NGINX)('refuses an upgrade of what is no path', async () => {
    for (const path of ['//evil.example/', 'http://evil.example/ws/chat/x']) {
      expect(await handshake(upgrade(path))).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  it('answers a request that offers another protocol as if it had not', async () => {
    const answer = await handshake([
      'GET /api/health/live HTTP/1.1',
      `Host: localhost:${world.server.port}`,
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('frames of a plain WebSocket', () => {
  it.each([
    ['not JSON', 'hello', undefined],
    ['a string', '"hello"', undefined],
    ['null', 'null', undefined],
    ['an array', '[1]', undefined],
    ['no type', '{"id":5}', 5],
    ['a type that is no string', '{"type":7,"id":"a"}', 'a'],
    ['an unknown type', '{"type":"message:shout","id":"b"}', 'b'],
    ['a command that is not of one room', '{"type":"room:create","id":6,"name":"x"}', 6],
    ['a fact', '{"type":"messages:created","id":7}', 7],
    ['an id that is neither number nor string', '{"type":"nope","id":{"a":1}}', undefined],
  ])('answers %s with an error and stays', async (_title, frame, id) => {
    const socket = await join();
    socket.send(frame);
    const error = await socket.facts.wait('error');
    expect(error).toMatchObject({ error: { code: 'bad_request', message: expect.any(String) as string } });
    expect(error.id).toEqual(id);
    expect((await socket.call('message:list')).ok).toBe(true);
  });

  it('answers a binary frame with an error and stays', async () => {
    const socket = await join();
    socket.socket.send(Buffer.from(JSON.stringify({ type: 'message:send', id: 1, body: 'bytes' })));
    expect(await socket.facts.wait('error')).toMatchObject({ error: { code: 'bad_request' } });
    expect(socket.facts.of('ack')).toEqual([]);
    expect((await socket.call('message:list')).ok).toBe(true);
  });

  it('acknowledges by the client’s own id, of either kind, and not without one', async () => {
    const { name } = await world.room(anna);
    const socket = await join({}, anna.token, name);
    socket.send({ type: 'message:send', body: 'silent' });
    socket.send({ type: 'message:send', id: 'a', body: 'text' });
    socket.send({ type: 'message:send', id: 0, body: 'zero' });
    socket.send({ type: 'message:send', id: 1.5, body: '' });
    await socket.facts.wait('ack', () => socket.facts.of('ack').length === 3);
    expect(
      socket.facts
        .of('ack')
        .map(({ id, ok }) => [id, ok])
        .sort(),
    ).toEqual([
      [0, true],
      [1.5, false],
      ['a', true],
    ]);
  });

  it('does not let a frame name another room', async () => {
    const other = await world.room(anna);
    const socket = await join();
    expect((await socket.call('message:send', { room: other.name, body: 'hi' })).error?.code).toBe('unprocessable');
  });

  it('stores what is sent without waiting in the order it was sent', async () => {
    const { name } = await world.room(anna);
    const socket = await PlainSocket.open(world.url, `/ws/chat/${name}`, anna.token);
    for (let n = 1; n <= 300; n++) socket.send({ type: 'message:send', id: n, body: String(n) });
    await socket.facts.wait('ack', () => socket.facts.of('ack').length === 300);
    const bodies = socket.facts
      .of('messages:created')
      .flatMap((fact) => (fact.messages as { body: string }[]).map(({ body }) => body));
    expect(bodies).toEqual(Array.from({ length: 300 }, (_, index) => String(index + 1)));
    expect(socket.frames[0]?.type).toBe('room:joined');
    await socket.close();
  });

  it('closes with 1009 over 128 KiB', async () => {
    const socket = await join();
    socket.send({ type: 'message:send', id: 1, body: 'x'.repeat(129 * 1024) });
    expect(await socket.closed).toEqual({ code: 1009 });
  });

  it('keeps every frame to JSON with its type first', async () => {
    const socket = await join();
    const texts: string[] = [];
    socket.socket.on('message', (data) => texts.push(rawText(data)));
    await socket.call('message:send', { body: 'hi' });
    await socket.facts.wait('messages:created');
    for (const text of texts) expect(text).toMatch(/^\{"type":"[a-z:]+"/);
  });
});
