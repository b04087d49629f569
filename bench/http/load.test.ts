import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { HttpClient, type Asked } from './http-client';
import { pace, saturate } from './load';

let server: Server | undefined;
let client: HttpClient | undefined;

afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers after so many milliseconds, by the number of the request; and how many it worked on at a time. */
async function serve(delayOf: (count: number) => number, connections: number) {
  const seen = { count: 0, now: 0, most: 0 };
  server = createServer((_request, response) => {
    seen.most = Math.max(seen.most, ++seen.now);
    setTimeout(() => {
      seen.now--;
      response.end('an answer');
    }, delayOf(seen.count++));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new HttpClient((server.address() as AddressInfo).port, connections);
  return { seen, client };
}

const asked = (text: string): Asked => ({
  method: 'GET',
  path: '/',
  headers: {},
  isRight: (status, answer) => status === 200 && answer === text,
});

it('asks as many at a time as it has connections, and not more', async () => {
  const { seen, client } = await serve(() => 20, 4);
  const { answered, failed } = await saturate(client, () => asked('an answer'), 4, 0.2);
  expect(answered).toBe(seen.count);
  expect(failed.size).toBe(0);
  expect(seen.most).toBe(4);
});

it('counts an answer that is not as it should be as none', async () => {
  const { client } = await serve(() => 1, 1);
  const { answered, failed } = await pace(client, () => asked('another answer'), 100, 0.1);
  expect(answered).toBe(0);
  expect([...failed]).toEqual([['status 200, not as expected', 10]]);
});

it('counts from when each was due: what waits behind a hiccup is late too', async () => {
  const { client } = await serve((count) => (count === 0 ? 300 : 1), 1);
  const { answered, took } = await pace(client, () => asked('an answer'), 100, 0.2);
  expect(answered).toBe(20);
  expect(took.p50).toBeGreaterThan(150);
});
