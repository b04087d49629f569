import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { startInProcess } from '../../harness/in-process';
import { createPerson, type Person } from '../../harness/people';
import { lockTable } from '../../harness/lock';
import { PlainSocket, Refused } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld } from './world';

const world = inWorld();
let anna: Person;
let room: string;
beforeAll(async () => {
  anna = await createPerson();
  room = (await world.room(anna)).name;
});

/** Statements that wait until somebody lets go. */
async function waitingForLocks(): Promise<number | null> {
  const { rowCount } = await pool().query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount;
}

describe('a connection is closed', () => {
  it('when the server goes away, with how long to wait, and no other is let in', async () => {
    const server = await startInProcess();
    const socketIo = await SocketIoClient.connect(server.url, anna.token);
    const plain = await PlainSocket.join(server.url, room, anna.token);
    const stopped = server.stop();
    for (const { facts } of [socketIo, plain]) {
      const closing = await facts.wait('session:closing');
      expect(closing).toEqual({ code: 1001, retryAfterMs: expect.any(Number) as number });
    }
    expect(await plain.closed).toEqual({ code: 1001 });
    await socketIo.facts.wait('(closed)');
    await expect(PlainSocket.join(server.url, room, anna.token)).rejects.toThrow();
    await stopped;
  });

  it('when it was still being let in as the server went away', async () => {
    const server = await startInProcess();
    const goOn = await lockTable('sessions');
    const joining = PlainSocket.open(server.url, `/ws/chat/${room}`, anna.token);
    await expect.poll(waitingForLocks).toBe(1);
    const stopped = server.stop();
    await goOn();
    const outcome = await joining.then(
      ({ closed }) => closed,
      (error: unknown) => error,
    );
    if (outcome instanceof Refused) expect(outcome.status).toBe(503);
    else expect(outcome).toEqual({ code: 1001 });
    await stopped;
  });

  it('after what was under way is acknowledged', async () => {
    const server = await startInProcess();
    const client = await SocketIoClient.connect(server.url, anna.token);
    await client.call('room:join', { room });
    const goOn = await lockTable('messages');
    const send = client.call('message:send', { room, body: 'the last word' });
    await expect.poll(waitingForLocks).toBe(1);
    const stopped = server.stop();
    await goOn();
    expect(await send).toMatchObject({ ok: true, message: { body: 'the last word' } });
    await client.facts.wait('(closed)');
    await stopped;
  });

  it('over long polling when its client floods', async () => {
    const other = await createPerson();
    const client = await SocketIoClient.connect(world.url, other.token, { transports: ['polling'] });
    for (let n = 0; n < 3_000; n++) client.socket.emit('room:list', {});
    expect(await client.facts.wait('session:closing')).toMatchObject({ code: 4429 });
    await client.facts.wait('(closed)');
    const back = world.keep(await PlainSocket.join(world.url, room, other.token));
    expect((await back.call('message:list', { limit: 1 })).ok).toBe(true);
  });

  it.skipIf(BEHIND_NGINX)(
    'when it was refused, though its client never hangs up: a stop does not wait for it',
    async () => {
      const server = await startInProcess();
      const peer = connect({ port: server.port, host: 'localhost', allowHalfOpen: true });
      peer.write(
        `GET /x HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      const [answer] = (await once(peer, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
      peer.resume();
      await once(peer, 'end');
      await server.stop();
      peer.destroy();
    },
  );
});
