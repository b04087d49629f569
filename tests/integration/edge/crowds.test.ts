import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoom } from '../../factories';
import { startInProcess, type InProcessServer } from '../../harness/in-process';
import { lockTable } from '../../harness/lock';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket, Refused } from '../../harness/plain-client';
import { connectSocketIo, openSocketIo, SocketIoClient } from '../../harness/socket-io-client';

let server: InProcessServer;
let anna: Person;
let room: string;
let goOn: (() => Promise<void>) | undefined;

beforeAll(async () => {
  server = await startInProcess({ handshakes: { atOnce: 2, line: 2 } });
  anna = await createPerson();
  room = (await createRoom({ owner: anna })).name;
});
afterAll(async () => {
  await goOn?.();
  await server.stop();
});

const ready = () => fetch(`${server.url}/api/health/ready`);

/** Whoever is refused, by what a client sees. */
async function refusedPlain(): Promise<Refused> {
  const error: unknown = await PlainSocket.join(server.url, room, anna.token).then(
    () => new Error('It was let in'),
    (reason: unknown) => reason,
  );
  if (error instanceof Refused) return error;
  throw error;
}

describe('when more come than can be let in', () => {
  it('they wait in line, the rest are told when to come back, and everyone gets in', async () => {
    goOn = await lockTable('sessions');
    const line = [
      PlainSocket.join(server.url, room, anna.token),
      SocketIoClient.connect(server.url, anna.token),
      PlainSocket.join(server.url, room, anna.token),
      SocketIoClient.connect(server.url, anna.token),
    ];
    // Until all four are where they wait.
    await expect.poll(async () => (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(503);
    const refusal = await refusedPlain();
    expect(refusal.status).toBe(503);
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(refusal.answer).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    await expect(connectSocketIo(openSocketIo(server.url, anna.token))).rejects.toThrow();

    await goOn();
    goOn = undefined;
    const clients = await Promise.all(line);
    for (const client of clients) await client.close();
    await (await PlainSocket.join(server.url, room, anna.token)).close();
  });
});

describe('health', () => {
  it('does not wait behind those who wait for the database', async () => {
    goOn = await lockTable('sessions');
    const authorization = `Bearer ${anna.token}`;
    const busy = Array.from({ length: 30 }, () => fetch(`${server.url}/api/v1/rooms`, { headers: { authorization } }));
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await ready()).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await goOn();
    goOn = undefined;
    for (const answer of await Promise.all(busy)) expect(answer.status).toBe(200);
  });
});
