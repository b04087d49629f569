import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { pool } from '@/lib/db';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { connectSocketIo, openSocketIo, SocketIoClient, type SocketIoOptions } from '../../harness/socket-io-client';
import { rawText } from '../../harness/raw-text';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
let room: string;
beforeAll(async () => {
  anna = await createPerson();
  room = (await world.room(anna)).name;
});

const connect = async (options?: SocketIoOptions, token: string | null = anna.token) =>
  world.keep(await SocketIoClient.connect(world.url, token, options));

/** A socket without a client library around it: what a hostile or home-made client may send. */
async function raw(): Promise<{ socket: WebSocket; received: string[]; closed: Promise<number> }> {
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const received: string[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  const connected = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const text = rawText(data);
      received.push(text);
      if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token: anna.token })}`);
      if (text.startsWith('40')) resolve();
      if (text === '2') socket.send('3');
    });
  });
  await connected;
  return { socket, received, closed };
}

async function until(condition: () => boolean, patience = 5_000): Promise<void> {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) throw new Error('It did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('connecting by Socket.IO', () => {
  it.each<[string, () => [SocketIoOptions, string | null]]>([
    ['no credentials', () => [{}, null]],
    ['a bad token', () => [{}, 'nonsense']],
    ['a token that is no string', () => [{ auth: { token: { $ne: '' } } }, null]],
    ['a bad token beside a good cookie', () => [{ headers: { cookie: anna.cookie } }, 'nonsense']],
    ['a bad Authorization beside a good token', () => [{ headers: { authorization: 'Bearer nonsense' } }, anna.token]],
    ['a bad cookie', () => [{ headers: { cookie: 'next-auth.session-token=nonsense' } }, null]],
  ])('is refused with %s', async (_title, how) => {
    const [options, token] = how();
    const socket = openSocketIo(world.url, token, options);
    await expect(connectSocketIo(socket)).rejects.toMatchObject({
      data: { code: 'unauthenticated', message: expect.any(String) as string },
    });
    socket.disconnect();
  });

  it.each<[string, () => [SocketIoOptions, string | null]]>([
    ['auth.token', () => [{}, anna.token]],
    ['the Authorization header', () => [{ headers: { authorization: `Bearer ${anna.token}` } }, null]],
    ['the cookie', () => [{ headers: { cookie: anna.cookie } }, null]],
    ['the cookie, from a page of its own', () => [{ headers: { cookie: anna.cookie, origin: world.url } }, null]],
    ['long polling', () => [{ transports: ['polling'] }, anna.token]],
  ])('works by %s', async (_title, how) => {
    const [options, token] = how();
    const client = await connect(options, token);
    expect((await client.call('room:join', { room })).ok).toBe(true);
    const { message } = await client.call('message:send', { room, body: 'hi' });
    expect(await client.facts.wait('messages:created')).toMatchObject({ messages: [message] });
  });

  it.each(['polling', 'websocket'] as const)('is refused from a foreign origin over %s', async (transport) => {
    for (const origin of ['https://evil.example', 'null']) {
      const socket = openSocketIo(world.url, anna.token, { transports: [transport], headers: { origin } });
      await expect(connectSocketIo(socket)).rejects.toThrow();
      socket.disconnect();
      const polled = await request(world, '/socket.io/?EIO=4&transport=polling', { headers: { origin } });
      expect(polled.status).toBe(403);
    }
  });

  it('speaks of the handshake’s errors, not of the namespace’s', async () => {
    const { socket, received } = await raw();
    socket.send('40/other,{}');
    await until(() => received.some((text) => text.startsWith('44/other')));
    socket.close();
  });
});

describe('commands over Socket.IO', () => {
  it.each([
    ['an unknown command', 'message:shout', [{ room }], 'bad_request'],
    ['a property of every object', 'constructor', [{}], 'bad_request'],
    ['__proto__', '__proto__', [{}], 'bad_request'],
    ['the name of an emitter’s own event', 'error', [{}], 'bad_request'],
    ['no payload', 'message:send', [], 'bad_request'],
    ['null', 'message:send', [null], 'bad_request'],
    ['a string', 'message:send', ['hi'], 'bad_request'],
    ['an array', 'message:send', [[1]], 'bad_request'],
    ['bytes', 'message:send', [Buffer.from('hi')], 'unprocessable'],
    ['no room', 'message:send', [{ body: 'hi' }], 'unprocessable'],
    ['a room that is no string', 'message:send', [{ room: 7, body: 'hi' }], 'unprocessable'],
    ['a room that is an object', 'room:join', [{ room: { name: 'x' } }], 'unprocessable'],
  ])('answers %s with an error', async (_title, name, payload, code) => {
    const client = await connect();
    const { ok, error } = await client.call(name, ...payload);
    expect([ok, error?.code]).toEqual([false, code]);
    expect((await client.call('message:send', { room, body: 'still here' })).ok).toBe(true);
  });

  it('does without an acknowledgement', async () => {
    const client = await connect();
    await client.call('room:join', { room });
    client.socket.emit('message:send', { room, body: 'silent' });
    client.socket.emit('message:send', { room, body: '' });
    client.socket.emit('nonsense');
    client.socket.emit('error', new Error('boo'));
    client.socket.emit('error');
    const told = await client.facts.wait('messages:created', (fact) => JSON.stringify(fact).includes('silent'));
    expect(told).toMatchObject({ room });
    expect((await client.call('room:leave', { room })).ok).toBe(true);
  });

  it('survives packets that no library would send', async () => {
    const packets = [
      '42["error",{}]',
      '42["disconnect"]',
      '42[]',
      '42[7,{}]',
      '42{"a":1}',
      '42["x"',
      '421["message:send"]',
      '45-["x"]',
      '9',
      '',
      '43["x"]',
      '40{',
      '4',
    ];
    for (const packet of packets) {
      const { socket } = await raw();
      socket.send(packet);
      await new Promise((resolve) => setTimeout(resolve, 15));
      socket.terminate();
    }
    const client = await connect();
    expect((await client.call('message:send', { room, body: 'alive' })).ok).toBe(true);
  });

  it('stays reachable for facts whatever event names a client uses', async () => {
    const { socket, received } = await raw();
    socket.send(`421${JSON.stringify(['room:join', { room }])}`);
    await until(() => received.some((text) => text.startsWith('431')));
    socket.send('42["error",{"a":1}]');
    socket.send(`422${JSON.stringify(['message:send', { room, body: 'after the error' }])}`);
    await until(() => received.some((text) => text.includes('messages:created') && text.includes('after the error')));
    socket.close();
  });

  it('closes a connection whose packet is over 128 KiB', async () => {
    const { socket, closed } = await raw();
    socket.send(`42${JSON.stringify(['message:send', { room, body: 'x'.repeat(129 * 1024) }])}`);
    expect(await closed).toBe(1009);
    const polled = await connect({ transports: ['polling'] });
    polled.socket.emit('message:send', { room, body: 'x'.repeat(129 * 1024) });
    await polled.facts.wait('(closed)');
  });
});

describe('joining a room', () => {
  it('answers with the room and its latest messages, then tells what follows', async () => {
    const { name } = await world.room(anna);
    const client = await connect();
    for (let n = 1; n <= 60; n++) client.socket.emit('message:send', { room: name, body: String(n) });
    expect((await client.call('message:send', { room: name, body: '61' })).message?.seq).toBe(61);
    const joined = await client.call('room:join', { room: name });
    expect(joined.messages?.map(({ body }) => body)).toEqual(
      Array.from({ length: 50 }, (_, index) => String(index + 12)),
    );
    expect(joined).toMatchObject({ ok: true, hasMore: true, room: { name, lastSeq: 61, revision: 61 } });
    expect(client.facts.of('messages:created')).toEqual([]);
    expect(await client.call('room:join', { room: name, after: 58 })).toMatchObject({
      messages: [{ seq: 59 }, { seq: 60 }, { seq: 61 }],
      hasMore: false,
    });
    await client.call('message:edit', { room: name, seq: 3, body: 'three' });
    expect(await client.call('room:join', { room: name, since: 60 })).toMatchObject({
      messages: [{ seq: 61 }, { seq: 3, revision: 62 }],
      hasMore: false,
    });
    await client.call('message:send', { room: name, body: '62' });
    await client.facts.wait('messages:created', (fact) => JSON.stringify(fact).includes('"62"'));
    expect(client.facts.of('messages:created')).toHaveLength(1);
  });

  it('catches up by at most 200', async () => {
    const { name } = await world.room(anna);
    const client = await connect();
    for (let n = 1; n < 230; n++) client.socket.emit('message:send', { room: name, body: String(n) });
    await client.call('message:send', { room: name, body: '230' });
    const joined = await client.call('room:join', { room: name, since: 10 });
    expect([joined.messages?.length, joined.messages?.[0]?.seq, joined.hasMore]).toEqual([200, 11, true]);
    await client.call('message:send', { room: name, body: 'next' });
    expect(await client.facts.wait('messages:created')).toMatchObject({ messages: [{ revision: 231 }] });
  });

  it.each([
    [{ after: 1, since: 1 }, 'unprocessable'],
    [{ after: 1_000 }, 'unprocessable'],
    [{ since: 1_000 }, 'unprocessable'],
    [{ since: -1 }, 'unprocessable'],
    [{ limit: 5 }, 'unprocessable'],
    [{ room: 'nowhere-at-all', since: -1 }, 'not_found'],
  ])('refuses %j', async (fields, code) => {
    const client = await connect();
    expect((await client.call('room:join', { room, ...fields })).error?.code).toBe(code);
  });

  it('keeps the facts of the first joining where a second one fails', async () => {
    const { name } = await world.room(anna);
    const client = await connect();
    await client.call('room:join', { room: name });
    expect((await client.call('room:join', { room: name, since: 99 })).ok).toBe(false);
    await client.call('message:send', { room: name, body: 'hi' });
    await client.facts.wait('messages:created');
  });

  it('ends the facts when it is left, on this connection alone, and keeps the membership', async () => {
    const { name } = await world.room(anna);
    const [client, other] = await Promise.all([connect(), connect()]);
    await Promise.all([client.call('room:join', { room: name }), other.call('room:join', { room: name })]);
    expect(await client.call('room:leave', { room: ` ${name.toUpperCase()}` })).toEqual({ ok: true });
    await other.call('message:send', { room: name, body: 'hi' });
    await other.facts.wait('messages:created');
    await client.facts.wait('room:activity');
    expect(client.facts.of('messages:created')).toEqual([]);
  });

  it('stores what one client sends without waiting in the order it was sent', async () => {
    const { name } = await world.room(anna);
    const client = await connect();
    const bodies = Array.from({ length: 300 }, (_, index) => `${index}`);
    const answers = await Promise.all(bodies.map((body) => client.call('message:send', { room: name, body })));
    expect(answers.map(({ message }) => message?.seq)).toEqual(bodies.map((_, index) => index + 1));
    expect(answers.map(({ message }) => message?.body)).toEqual(bodies);
  });
});

describe('a client that does not wait', () => {
  it.each(['plain WebSocket', 'Socket.IO'])('over %s is read as fast as it is answered', async (transport) => {
    const other = await createPerson();
    const client =
      transport === 'Socket.IO'
        ? await connect({}, other.token)
        : world.keep(await PlainSocket.join(world.url, room, other.token));
    const name = transport === 'Socket.IO' ? 'room:list' : 'message:list';
    const answers = await Promise.all(Array.from({ length: 600 }, () => client.call(name, {})));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(client.facts.of('session:closing')).toEqual([]);
  });

  it.each(['websocket', 'polling'] as const)('gets an answer of megabytes over %s', async (transport) => {
    const other = await createPerson();
    await pool().query(
      `WITH made AS (
         INSERT INTO chats (name, topic) SELECT $2 || n, repeat('т', 200) FROM generate_series(1, 4000) AS n RETURNING id)
       INSERT INTO memberships (room_id, user_id) SELECT id, $1 FROM made`,
      [other.id, `many-${transport}-`],
    );
    const client = await connect({ transports: [transport] }, other.token);
    const { rooms } = await client.call('room:list', {});
    expect(rooms).toHaveLength(4_000);
    expect((await client.call('room:get', { room })).ok).toBe(true);
  });
});
