import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TRANSPORT_NAMES } from '../../harness/clients';
import { openElsewhere } from '../../harness/elsewhere';
import { createPerson } from '../../harness/people';
import { inWorld, request } from '../contract/world';

const world = inWorld();

describe('requests whose head never ends', () => {
  /** Begins a request, goes on a letter a second, and gives what was answered and after how many milliseconds it was over. */
  function dawdle(): Promise<{ answer: string; after: number }> {
    return new Promise((resolve) => {
      const begun = performance.now();
      const socket = connect(world.server.port, 'localhost');
      let answer = '';
      const drip = setInterval(() => socket.write('x'), 1_000);
      socket.on('data', (data) => (answer += String(data)));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(drip);
        resolve({ answer, after: performance.now() - begun });
      });
      socket.write(`GET /api/health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: `);
    });
  }

  it('are hung up on, and nobody waits for them', async () => {
    const slow = Promise.all(Array.from({ length: 200 }, dawdle));
    await sleep(1_000);
    const begun = performance.now();
    expect((await request(world, '/api/health/live')).status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(1_000);
    for (const { answer, after } of await slow) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(after).toBeLessThan(20_000);
    }
  });
});

describe('requests that do not wait for their answers', () => {
  /** Sends so many at once, and gives how many were answered before the connection was over or a second had passed. */
  async function answered(requests: number): Promise<number> {
    const socket = connect(world.server.port, 'localhost');
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    socket.on('error', () => undefined);
    socket.write('GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(requests));
    await Promise.race([once(socket, 'close'), sleep(1_000)]);
    socket.destroy();
    return answer.split('HTTP/1.1 200').length - 1;
  }

  it('are answered as long as they are few', async () => expect(await answered(4)).toBe(4));

  it('are not begun beyond that', async () => expect(await answered(64)).toBeLessThanOrEqual(4));
});

it.each(TRANSPORT_NAMES)('an address in a message is fetched by nobody: %s', async (transport) => {
  const elsewhere = await openElsewhere();
  const anna = await createPerson();
  const { name } = await world.room(anna);
  const client = await world.client(transport, anna);
  const body = `http://127.0.0.1:${elsewhere.port}/preview.png https://127.0.0.1:${elsewhere.port}/`;
  expect((await client.call('message:send', { room: name, body })).ok).toBe(true);
  await sleep(300);
  elsewhere.close();
  expect(elsewhere.reached()).toBe(0);
});
