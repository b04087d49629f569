import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EchoServer } from '../harness/echo-server';
import { startNginx, type RunningNginx } from '../harness/nginx';
import { requireNginx } from '../harness/nginx-version.mjs';

const version = requireNginx();

describe.skipIf(!version)('nginx.conf in front of two nodes', () => {
  let nodes: [EchoServer, EchoServer];
  let nginx: RunningNginx;

  beforeEach(async () => {
    nodes = [await EchoServer.start(), await EchoServer.start()];
    nginx = await startNginx(nodes.map(({ port }) => port));
  });
  afterEach(async () => {
    await nginx.stop();
    for (const node of nodes) node.stop();
  });

  async function ask(times: number, path: string, method = 'GET'): Promise<number[]> {
    const statuses: number[] = [];
    for (let time = 0; time < times; time++) {
      const body = method === 'GET' ? undefined : 'x';
      const response = await fetch(nginx.url + path, { method, ...(body && { body }) });
      await response.arrayBuffer();
      statuses.push(response.status);
    }
    return statuses;
  }
  const counts = () => nodes.map(({ requests }) => requests.length);

  it('uses both', async () => {
    await ask(20, '/user');
    expect(Math.min(...counts())).toBeGreaterThan(4);
  });

  it('asks another where one has lost its database, and uses it again at once when that is back', async () => {
    nodes[0].answers = 503;
    expect(new Set(await ask(20, '/user'))).toEqual(new Set([200]));
    nodes[0].answers = 200;
    const before = counts()[0] ?? 0;
    await ask(10, '/user');
    expect(counts()[0]).toBeGreaterThan(before);
  });

  it('shows what every node answers with 503, and goes on with all else', async () => {
    for (const node of nodes) node.answersAt.set('/busy', 503);
    expect(new Set(await ask(4, '/busy'))).toEqual(new Set([503]));
    expect(new Set(await ask(4, '/user'))).toEqual(new Set([200]));
  });

  it('finds the files of a page on the one node that has them, while all others are replaced', async () => {
    const file = '/_next/static/chunks/of-the-new-release.js';
    const old = await Promise.all(Array.from({ length: 4 }, () => EchoServer.start()));
    const many = await startNginx([...old, nodes[0]].map(({ port }) => port));
    for (const node of old) node.answersAt.set(file, 404);
    const load = async () => {
      const response = await fetch(many.url + file);
      await response.arrayBuffer();
      return [response.status, response.headers.get('cache-control')];
    };
    try {
      for (let time = 0; time < 10; time++) expect(await load()).toEqual([200, expect.stringContaining('immutable')]);
      nodes[0].answersAt.set(file, 404);
      expect(await load()).toEqual([404, null]);
    } finally {
      await many.stop();
      for (const node of old) node.stop();
    }
  });

  it('goes on without a node that is gone, for what changes something too', async () => {
    nodes[0].stop();
    expect(new Set(await ask(10, '/user'))).toEqual(new Set([200]));
    expect(new Set(await ask(10, '/user/rooms', 'POST'))).toEqual(new Set([200]));
  });

  it('never asks twice for a change that a node may have made before it died', async () => {
    for (const node of nodes) node.answers = 'hang up';
    await ask(1, '/user/rooms', 'POST');
    expect(counts().reduce((sum, count) => sum + count)).toBe(1);
  });

  it('sends one client’s long polling, and the WebSocket that goes on with it, to one node', async () => {
    await ask(10, '/socket.io/?EIO=4&transport=polling');
    await ask(10, '/socket.io/?EIO=4&transport=polling&sid=abc');
    await ask(10, '/socket.io/?EIO=4&transport=polling&sid=abc', 'POST');
    await ask(10, '/socket.io/?EIO=4&transport=websocket&sid=abc');
    expect(counts().sort((a, b) => a - b)).toEqual([0, 40]);
  });

  it('sends what begins with WebSocket anywhere', async () => {
    await ask(20, '/socket.io/?EIO=4&transport=websocket');
    expect(Math.min(...counts())).toBeGreaterThan(4);
    await ask(20, '/ws/chat/general');
    expect(Math.min(...counts())).toBeGreaterThan(9);
  });
});
