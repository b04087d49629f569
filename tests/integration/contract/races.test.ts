import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { authenticate } from '@/lib/auth/credentials';
import { revokeSession } from '@/lib/auth/sessions';
import { callCommand } from '@/lib/realtime/calls';
import { CLOSE_CODES } from '@/lib/contracts/facts';
import { Hub } from '@/lib/realtime/hub';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { rawText } from '../../harness/raw-text';
import { Wireless } from '../../harness/wireless';
import { inWorld } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
beforeAll(async () => {
  [anna, boris] = await Promise.all([createPerson(), createPerson()]);
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const actorOf = (one: Person) => authenticate({ kind: 'bearer', token: one.token });

describe('presence', () => {
  /** Somebody who joins a hub of its own, as a socket would. */
  async function enter(hub: Hub, one: Person, room: string): Promise<Wireless> {
    const connection = new Wireless(await actorOf(one));
    hub.add(connection);
    const { afterwards } = await callCommand(hub, connection, 'room:join', { room });
    afterwards?.();
    return connection;
  }

  /** Who is here, as a client concludes from what it was told. */
  function believed(connection: Wireless): number[] {
    const here = new Set<number>();
    for (const { payload } of connection.sent) {
      if ('online' in payload) for (const user of payload.online) here.add(user.id);
      if ('joined' in payload) for (const user of payload.joined) here.add(user.id);
      if ('left' in payload) for (const user of payload.left) here.delete(user.id);
    }
    return [...here].sort((a, b) => a - b);
  }

  it('is right for who arrives while another is away for a moment', async () => {
    const hub = new Hub();
    const third = await createPerson();
    const { name } = await world.room(anna, boris, third);
    const [first] = [await enter(hub, anna, name), await enter(hub, third, name)];
    await pause(700);
    hub.remove(first);
    const witness = await enter(hub, boris, name);
    await enter(hub, anna, name);
    await pause(800);
    expect(believed(witness)).toEqual([anna.id, boris.id, third.id].sort((a, b) => a - b));
    hub.close();
  });

  it('is right for who arrives while another is here for a moment', async () => {
    const hub = new Hub();
    const { name } = await world.room(anna, boris);
    const brief = await enter(hub, anna, name);
    const witness = await enter(hub, boris, name);
    hub.remove(brief);
    await pause(800);
    expect(believed(witness)).toEqual([boris.id]);
    hub.close();
  });

  it('does not keep somebody whose connection closed while they joined', async () => {
    const hub = new Hub();
    const { name, id } = await world.room(anna, boris);
    const gone = new Wireless(await actorOf(anna));
    hub.add(gone);
    const joining = callCommand(hub, gone, 'room:join', { room: name });
    hub.remove(gone);
    await joining.then(({ afterwards }) => afterwards?.()).catch(() => undefined);
    expect(hub.channel(id)).toBeUndefined();
    const witness = await enter(hub, boris, name);
    expect(believed(witness)).toEqual([boris.id]);
    hub.close();
  });
});

it('a room is left for good by who leaves it before the answer to their joining has come', async () => {
  const room = await world.room(anna, boris);
  const [hasty, witness] = await Promise.all([
    SocketIoClient.connect(world.url, boris.token),
    SocketIoClient.connect(world.url, anna.token),
  ]);
  for (const client of [hasty, witness]) world.keep(client);
  const answers = [hasty.call('room:join', { room: room.name }), hasty.call('room:leave', { room: room.name })];
  expect((await Promise.all(answers)).map(({ ok }) => ok)).toEqual([true, true]);
  await witness.call('room:join', { room: room.name });
  const presence = await witness.facts.wait('presence', ({ onlineCount }) => onlineCount !== undefined);
  expect(presence).toMatchObject({ onlineCount: 1 });
  await witness.call('message:send', { room: room.name, body: 'unheard' });
  await pause(200);
  expect(hasty.facts.of('messages:created')).toEqual([]);
});

describe('a session that ends', () => {
  it('ends what was said on its connections before they were gone', async () => {
    const room = await world.room(anna);
    const session = { ...anna, ...(await signInAgain(anna)) };
    const socket = await PlainSocket.join(world.url, room.name, session.token);
    socket.socket.removeAllListeners('close');
    await revokeSession(session.sessionId);
    for (let n = 0; n < 5; n++) socket.send({ type: 'message:send', id: n, body: 'too late' });
    await pause(300);
    const reader = world.keep(await SocketIoClient.connect(world.url, anna.token));
    expect((await reader.call('message:list', { room: room.name })).messages).toEqual([]);
    socket.socket.terminate();
  });

  it('ends what waits in line on its connections', async () => {
    const room = await world.room(anna);
    const session = { ...anna, ...(await signInAgain(anna)) };
    const hub = new Hub();
    const connection = new Wireless(await actorOf(session));
    hub.add(connection);
    const first = callCommand(hub, connection, 'message:list', { room: room.name });
    const second = callCommand(hub, connection, 'message:send', { room: room.name, body: 'too late' });
    hub.remove(connection);
    const [, late] = await Promise.allSettled([first, second]);
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    hub.close();
  });

  it('does not leave a connection that was on its way when it ended', async () => {
    const session = { ...anna, ...(await signInAgain(anna)) };
    const hub = new Hub();
    const connection = new Wireless(await actorOf(session));
    hub.endSession(session.id, session.sessionId);
    hub.add(connection);
    expect(connection.code).toBe(CLOSE_CODES.sessionEnded);
    hub.close();
  });
});

describe('a reader that stands still', () => {
  /** A connection whose bytes nobody reads: the kernel's buffers fill, then the server's. */
  async function stalled(socket: WebSocket): Promise<number> {
    socket.pause();
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    setTimeout(() => socket.resume(), 3_500);
    return closed;
  }

  // nginx reads on for it, as far as its own and the kernel's buffers go.
  it.skipIf(BEHIND_NGINX)(
    'is let go over a plain WebSocket',
    async () => {
      const { name } = await world.room(anna, boris);
      const reader = await PlainSocket.join(world.url, name, boris.token);
      const closed = stalled(reader.socket);
      const sender = world.keep(await SocketIoClient.connect(world.url, anna.token));
      const body = '😀'.repeat(8_000);
      for (let round = 0; round < 6; round++) {
        await Promise.all(Array.from({ length: 60 }, () => sender.call('message:send', { room: name, body })));
      }
      expect([1006, 4408]).toContain(await closed);
    },
    30_000,
  );

  it('is let go over Socket.IO, whether facts or its own answers fill the line', async () => {
    const { name } = await world.room(anna, boris);
    const sender = world.keep(await SocketIoClient.connect(world.url, anna.token));
    const body = '😀'.repeat(8_000);
    await Promise.all(Array.from({ length: 20 }, () => sender.call('message:send', { room: name, body })));
    const socket = new WebSocket(`${world.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    let received = 0;
    await new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const text = rawText(data);
        received += text.length;
        if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token: boris.token })}`);
        if (text.startsWith('40')) resolve();
      });
    });
    for (let n = 0; n < 120; n++) socket.send(`42${n}${JSON.stringify(['message:list', { room: name }])}`);
    const closed = stalled(socket);
    await closed;
    expect(received).toBeLessThan(20 * 1024 * 1024);
  }, 30_000);
});
