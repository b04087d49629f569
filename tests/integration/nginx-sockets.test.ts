import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEARTBEAT } from '@/lib/realtime/transport';
import { createRoom } from '../factories';
import { TRANSPORT_NAMES, TRANSPORTS } from '../harness/clients';
import { EchoServer } from '../harness/echo-server';
import { startInProcess, type InProcessServer } from '../harness/in-process';
import { startNginx, type Change, type RunningNginx } from '../harness/nginx';
import { requireNginx } from '../harness/nginx-version.mjs';
import { createPerson, type Person } from '../harness/people';

const version = requireNginx();

/** The same proportion as in production, in a time that a test can wait for. */
const SHORT: Change[] = [['proxy_read_timeout 90s;', 'proxy_read_timeout 2s;']];
const QUICK = { interval: 600, timeout: 500 };

/** Upgrades, and tells how many milliseconds later nginx hung up; undefined while it has not. */
async function upgraded(port: number, patience: number): Promise<number | undefined> {
  const socket = connect(port, '127.0.0.1');
  const headers = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  socket.write(`GET /ws/chat/general HTTP/1.1\r\n${headers.join('\r\n')}\r\nSec-WebSocket-Key: x\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  const begun = performance.now();
  const ended = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now() - begun)));
  const result = await Promise.race([ended, sleep(patience, undefined)]);
  socket.destroy();
  return result;
}

describe.skipIf(!version)('sockets through nginx', () => {
  let service: InProcessServer;
  let nginx: RunningNginx;
  let anna: Person;

  beforeAll(async () => {
    service = await startInProcess({ heartbeat: QUICK });
    nginx = await startNginx(service.port, SHORT);
    anna = await createPerson();
  });
  afterAll(async () => {
    await nginx.stop();
    await service.stop();
  });

  it.each(TRANSPORT_NAMES)('that are silent stay open over %s, beyond what nginx waits for', async (transport) => {
    const { name: room } = await createRoom({
      owner: anna,
      name: `idle-${transport.replace(/\W/g, '').toLowerCase()}`,
    });
    const client = await TRANSPORTS[transport](nginx.url, anna.token);
    await client.call('message:list', { room });
    await sleep(5_000);
    expect(await client.call('message:send', { room, body: 'still here' })).toMatchObject({ ok: true });
    await client.close();
  });

  it('that nobody pings are let go by nginx', async () => {
    const mute = await EchoServer.start();
    const front = await startNginx(mute.port, SHORT);
    try {
      const taken = await upgraded(front.port, 6_000);
      expect(taken).toBeGreaterThan(1_500);
      expect(taken).toBeLessThan(4_000);
    } finally {
      await front.stop();
      mute.stop();
    }
  });

  it('are waited for longer by nginx than by the service', async () => {
    const shipped = await readFile('nginx.conf', 'utf8');
    const waits = [...shipped.matchAll(/proxy_(?:read|send)_timeout (\d+)s;/g)].map(
      ([, seconds]) => Number(seconds) * 1_000,
    );
    expect(waits.filter((wait) => wait > HEARTBEAT.interval + HEARTBEAT.timeout)).toHaveLength(5);
  });
});
