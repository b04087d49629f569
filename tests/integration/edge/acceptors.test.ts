import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { Acceptors } from '@/lib/acceptors';
import { createHttpServer, drain } from '@/lib/http-server';
import { listen } from '@/lib/listening';

/** Connects as often as it is asked to while this thread is busy, and holds on. */
const CROWD = `
  const { connect } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const sockets = [];
  for (let n = 0; n < workerData.count; n++) {
    const socket = connect(workerData.port, '127.0.0.1', () => sockets.push(socket));
    socket.on('error', () => undefined);
  }
  parentPort.on('message', () => sockets.forEach((socket) => socket.destroy()));
`;
const COUNT = 60;

it('several connections are accepted in one turn of a busy event loop, all are served, and none after the end', async () => {
  const acceptors = new Acceptors();
  const server = createHttpServer();
  server.on('request', (_request, response) => response.end('served'));
  const port = await listen(server, 'localhost', 0);
  acceptors.serve(server);
  const url = `http://localhost:${port}`;
  // From the very beginning, whichever handle takes the connection.
  for (let n = 0; n < 50; n++) {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    expect(await answer.text()).toBe('served');
  }

  let turn = 0;
  const accepted: number[] = [];
  server.on('connection', () => accepted.push(turn));
  const busy = setInterval(() => {
    turn++;
    const until = performance.now() + 50;
    while (performance.now() < until);
  }, 1);
  const crowd = new Worker(CROWD, { eval: true, workerData: { port, count: COUNT } });
  await expect.poll(() => accepted.length, { timeout: 10_000 }).toBe(COUNT);
  clearInterval(busy);
  expect(new Set(accepted).size).toBeLessThan(COUNT / 4);

  crowd.postMessage('leave');
  await drain(server, acceptors);
  await crowd.terminate();
  const late = connect(port, '127.0.0.1');
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

it('waits at the end for what was accepted at the very beginning, whichever handle took it', async () => {
  const acceptors = new Acceptors();
  const server = createHttpServer();
  const answers: (() => void)[] = [];
  server.on('request', (_request, response) => answers.push(() => void response.end('late')));
  const port = await listen(server, 'localhost', 0);
  acceptors.serve(server);
  const requests: Promise<Response>[] = [];
  while (requests.length < 100) {
    requests.push(fetch(`http://localhost:${port}`, { headers: { connection: 'close' } }));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await expect.poll(() => answers.length).toBe(100);

  let over = false;
  const drained = drain(server, acceptors).then(() => (over = true));
  for (const answer of answers) {
    expect(over).toBe(false);
    answer();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (const request of requests) expect(await (await request).text()).toBe('late');
  await drained;
});

it('may end at any moment, also while it gathers handles', async () => {
  for (let n = 0; n < 40; n++) {
    const acceptors = new Acceptors();
    const server = createHttpServer();
    const port = await listen(server, 'localhost', 0);
    acceptors.serve(server);
    // A connection at a time is served while the end comes nearer, one millisecond later each time.
    await fetch(`http://localhost:${port}/`, { signal: AbortSignal.timeout(1) }).catch(() => undefined);
    await sleep(30 + n * 3);
    // A turn in which nothing is heard of: what was sent meanwhile arrives all at once.
    for (const until = performance.now() + 20; performance.now() < until;);
    await drain(server, acceptors);
    await sleep(5);
  }
  // Time for what was on its way when the end came: an error out of nowhere fails this file.
  await sleep(200);
}, 60_000);
