import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { TcpProxy } from '../../chaos/proxy';
import { createRoom } from '../../factories';
import { startInProcess, type InProcessServer } from '../../harness/in-process';
import { lockTable } from '../../harness/lock';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { openRawSocketIo } from '../../harness/raw-socket-io';
import { SocketIoClient } from '../../harness/socket-io-client';

/** Milliseconds: production has fifteen seconds. */
const STANDSTILL = 1_500;

let server: InProcessServer;
let anna: Person;
let boris: Person;
let writer: SocketIoClient;

beforeAll(async () => {
  server = await startInProcess({ standstill: STANDSTILL });
  [anna, boris] = [await createPerson(), await createPerson()];
  writer = await SocketIoClient.connect(server.url, anna.token);
});
afterAll(async () => {
  await writer.close();
  await server.stop();
});

async function newRoom(): Promise<string> {
  const { name } = await createRoom({ owner: anna, members: [boris] });
  await writer.call('room:join', { room: name });
  return name;
}

/** Far less than the kernel's buffers hold: only a receipt can tell that nobody reads it. */
async function say(room: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await writer.call('message:send', { room, body: 'x'.repeat(1_000) });
}

const left = (room: string) =>
  writer.facts.wait(
    'presence',
    (fact) =>
      fact.room === room && Array.isArray(fact.left) && fact.left.some((user: { id: number }) => user.id === boris.id),
  );

async function closing(socket: WebSocket): Promise<number> {
  const closed = once(socket, 'close') as Promise<[number]>;
  socket.resume();
  return (await closed)[0];
}

describe('whoever does not read what the kernel has long taken', () => {
  it('is let go over a plain WebSocket, and catches up', async () => {
    const room = await newRoom();
    const reader = await PlainSocket.join(server.url, room, boris.token);
    reader.socket.pause();
    await say(room, 10);
    await left(room);
    expect([1006, 4408]).toContain(await closing(reader.socket));
    const back = await PlainSocket.join(server.url, room, boris.token, { query: '?since=0' });
    expect(back.facts.of('room:joined')[0]?.messages).toHaveLength(10);
    await back.close();
  });

  it('is let go over Socket.IO', async () => {
    const room = await newRoom();
    const { socket, call } = await openRawSocketIo(server.url, boris.token);
    call(1, 'room:join', { room });
    await once(socket, 'message');
    await say(room, 1);
    socket.pause();
    await say(room, 10);
    await left(room);
    expect([1006, 4408]).toContain(await closing(socket));
  });

  it('is let go over long polling', async () => {
    const room = await newRoom();
    const poll = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const [open] = /\{.*?\}/.exec(await (await fetch(poll)).text()) ?? ['{}'];
    const { sid } = JSON.parse(open) as { sid: string };
    const post = (body: string) => fetch(`${poll}&sid=${sid}`, { method: 'POST', body });
    await post(`40${JSON.stringify({ token: boris.token })}`);
    await fetch(`${poll}&sid=${sid}`);
    await post(`421${JSON.stringify(['room:join', { room }])}`);
    await fetch(`${poll}&sid=${sid}`);
    await say(room, 10);
    await left(room);
    expect((await fetch(`${poll}&sid=${sid}`)).status).toBe(400);
  });

  it.each(['plain WebSocket', 'Socket.IO'])('stays while it gets on, however slowly: %s', async (transport) => {
    const room = await newRoom();
    const proxy = await TcpProxy.open();
    proxy.target = server.port;
    const reader =
      transport === 'Socket.IO'
        ? await SocketIoClient.connect(proxy.url, boris.token)
        : await PlainSocket.join(proxy.url, room, boris.token);
    if (reader instanceof SocketIoClient) await reader.call('room:join', { room });
    for (const link of proxy.links) link.rate = 200_000;
    // Several seconds of reading, in which it always owes something.
    for (let n = 0; n < 100; n++) await writer.call('message:send', { room, body: 'x'.repeat(8_000) });
    const received = () => reader.facts.of('messages:created').flatMap(({ messages }) => messages);
    await expect.poll(() => received().length, { timeout: 15_000 }).toBe(100);
    expect(reader.facts.of('session:closing')).toEqual([]);
    expect(reader.facts.of('(closed)')).toEqual([]);
    await reader.close();
    await proxy.close();
  });
});

describe('whoever sends faster than it is answered', () => {
  /** Beyond what the kernels of both sides take in. */
  const FRAMES = 400;
  const BODY = 'x'.repeat(100_000);

  it.each(['plain WebSocket', 'Socket.IO'])('keeps the rest on its own side: %s', async (transport) => {
    const room = await newRoom();
    const reader =
      transport === 'Socket.IO'
        ? (await openRawSocketIo(server.url, boris.token)).socket
        : (await PlainSocket.join(server.url, room, boris.token)).socket;
    let answers = 0;
    reader.on('message', (data: Buffer) => (answers += /^43\d|"type":"ack"/.test(data.toString()) ? 1 : 0));
    const goOn = await lockTable('chats');
    for (let id = 0; id < FRAMES; id++) {
      reader.send(
        transport === 'Socket.IO'
          ? `42${id}${JSON.stringify(['message:list', { room, nonsense: BODY }])}`
          : JSON.stringify({ type: 'message:list', id, nonsense: BODY }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const kept = reader.bufferedAmount;
    await goOn();
    expect(kept).toBeGreaterThan(FRAMES * 100_000 * 0.5);
    await expect.poll(() => answers, { timeout: 20_000 }).toBe(FRAMES);
    reader.terminate();
  });
});
