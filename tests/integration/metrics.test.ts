import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '@/lib/http/front';
import { createRoom } from '../factories';
import { metricsUrl, scrape, untilScraped, type Scrape } from '../harness/metrics';
import { startNginx } from '../harness/nginx';
import { requireNginx } from '../harness/nginx-version.mjs';
import { createPerson, type Person } from '../harness/people';
import { PlainSocket } from '../harness/plain-client';
import { childrenOf } from '../harness/processes';
import { startServer, type RunningServer } from '../harness/server';
import { SocketIoClient } from '../harness/socket-io-client';

let server: RunningServer;
let anna: Person;
let boris: Person;
beforeAll(async () => {
  server = await startServer({ env: { METRICS_PORT: '0' } });
  [anna, boris] = await Promise.all([createPerson(), createPerson()]);
});
afterAll(() => server.stop());

/** How much more a later scrape says than an earlier one. */
const grown = (before: Scrape, after: Scrape, series: string) => after.value(series) - before.value(series);
const refusals = (transport: string, code: string) => `beseda_refusals_total{transport="${transport}",code="${code}"}`;

describe('the metrics', () => {
  it('count connections, messages, commits and deliveries over both protocols', async () => {
    const room = await createRoom({ owner: anna, members: [boris] });
    const live = await SocketIoClient.connect(server.url, anna.token);
    await live.call('room:join', { room: room.name });
    const plain = await PlainSocket.join(server.url, room.name, boris.token);
    const before = await scrape(server);
    expect(before.value('beseda_connections{protocol="socket.io"}')).toBe(1);
    expect(before.value('beseda_connections{protocol="websocket"}')).toBe(1);
    expect(before.value('beseda_open_rooms')).toBe(1);

    const clientMessageId = randomUUID();
    for (let n = 0; n < 3; n++) await live.call('message:send', { room: room.name, body: `live ${n}` });
    await plain.call('message:send', { body: 'plain', clientMessageId });
    // A repeat is answered like the first, but nothing is stored, and nobody told.
    expect((await plain.call('message:send', { body: 'plain', clientMessageId })).ok).toBe(true);

    const after = await scrape(server);
    expect(grown(before, after, 'beseda_messages_accepted_total')).toBe(4);
    expect(grown(before, after, 'beseda_deliveries_total')).toBe(8);
    expect(grown(before, after, 'beseda_batch_messages_sum')).toBe(5);
    expect(grown(before, after, 'beseda_commit_duration_seconds_count')).toBe(5);
    expect(grown(before, after, 'beseda_delivery_duration_seconds_count')).toBe(5);
    const [committed, delivered] = ['commit', 'delivery'].map((kind) =>
      grown(before, after, `beseda_${kind}_duration_seconds_sum`),
    );
    // In seconds, and who is told has waited for the commit.
    expect(committed).toBeGreaterThan(0);
    expect(delivered).toBeGreaterThan(committed ?? 0);
    expect(delivered).toBeLessThan(5);

    await live.close();
    await plain.close();
    await untilScraped(server, (now) => {
      expect(now.value('beseda_connections{protocol="socket.io"}')).toBe(0);
      expect(now.value('beseda_connections{protocol="websocket"}')).toBe(0);
    });
  });

  it('count what is refused, by its reason and by how it was asked', async () => {
    const room = await createRoom({ owner: anna });
    const live = await SocketIoClient.connect(server.url, anna.token);
    const plain = await PlainSocket.join(server.url, room.name, anna.token);
    const before = await scrape(server);
    await fetch(`${server.url}/api/v1/rooms`);
    await fetch(`${server.url}/login`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      body: new URLSearchParams(),
    });
    await live.call('message:send', { room: room.name, body: '' });
    await live.call('room:get', { room: 'nowhere' });
    plain.send({ type: 'no:command' });
    await plain.facts.wait('error');
    await plain.call('message:send', { body: '' });
    await expect(PlainSocket.open(server.url, `/ws/chat/${room.name}`, null)).rejects.toMatchObject({ status: 401 });
    await expect(SocketIoClient.connect(server.url, null)).rejects.toThrow();
    const after = await scrape(server);
    for (const [transport, code, count] of [
      ['http', 'unauthenticated', 1],
      ['http', 'unprocessable', 1],
      ['socket.io', 'unprocessable', 1],
      ['socket.io', 'not_found', 1],
      ['socket.io', 'unauthenticated', 1],
      ['websocket', 'bad_request', 1],
      ['websocket', 'unprocessable', 1],
      ['websocket', 'unauthenticated', 1],
    ] as const) {
      expect([transport, code, grown(before, after, refusals(transport, code))]).toEqual([transport, code, count]);
    }
    await live.close();
    await plain.close();
  });

  it('tell requests by route, and never by what was asked for', async () => {
    const room = await createRoom({ owner: anna, name: `metrics-${randomUUID().slice(0, 8)}` });
    const as = { authorization: `Bearer ${anna.token}` };
    const of = (labels: string) => `beseda_http_requests_total{${labels}}`;
    const before = await scrape(server);
    const json = { ...as, accept: 'application/json' };
    await fetch(`${server.url}/chat/${room.name}`, { headers: json });
    await fetch(`${server.url}/chat/${room.name}`, { headers: { cookie: anna.cookie, accept: 'text/html' } });
    await fetch(`${server.url}/api/v1/rooms/${room.name}/messages`, {
      method: 'POST',
      headers: { ...json, 'content-type': 'application/json' },
      body: JSON.stringify({ body: 'hello' }),
    });
    await fetch(`${server.url}/api/v1/rooms/nowhere`, { headers: json });
    for (const path of ['/', '/login', '/user/search', '/admin/users', '/socket.io/?EIO=4', '/api/auth/session'])
      await fetch(server.url + path, { redirect: 'manual' });
    for (const path of [`/${randomUUID()}`, `/chat/${randomUUID()}/x/y`, `/_next/static/${randomUUID()}.js`, '/%zz'])
      await fetch(server.url + path, { headers: { accept: '*/*' } });
    await untilScraped(server, (after) => {
      expect(grown(before, after, of('route="/chat/:room",method="read",status="2xx"'))).toBe(2);
      const posted = 'route="/api/v1/rooms/:room/messages",method="write"';
      expect(grown(before, after, of(`${posted},status="2xx"`))).toBe(1);
      expect(grown(before, after, `beseda_http_request_duration_seconds_count{${posted}}`)).toBe(1);
      expect(grown(before, after, of('route="/api/v1/rooms/:room",method="read",status="4xx"'))).toBe(1);
      expect(grown(before, after, of('route="other",method="read",status="4xx"'))).toBe(3);
      const patterns = routes().map((route) => route.split(' ')[1]);
      const pages = ['/', '/user/search', '/admin/users', '/_next/*', '/api/auth/*', '/socket.io/', 'other'];
      expect([...patterns, ...pages]).toEqual(expect.arrayContaining([...after.labels('route')]));
      expect(after.text).not.toContain(room.name);
    });
  });

  it('tell what the database, the release and both processes are up to', async () => {
    const now = await scrape(server);
    expect(now.value('beseda_database_pool_connections_max')).toBe(10);
    expect(now.has('beseda_database_pool_waiting')).toBe(true);
    expect(now.text).toMatch(/^beseda_build_info\{version="\d+\.\d+\.\d+",migration="\d{14}_\w+"\} 1$/m);
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'process_start_time_seconds'])
      for (const process of ['service', 'renderer']) expect(now.has(`${name}{process="${process}"}`)).toBe(true);
    // Prometheus takes a second announcement of one name for an error.
    const announced = [...now.text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(announced).size).toBe(announced.length);
  });

  it.runIf(process.platform === 'linux')('go on while the process that makes pages stands still', async () => {
    const children = await childrenOf(server.pid);
    const titles = await Promise.all(children.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
    const renderer = children[titles.findIndex((title) => title.includes('renderer'))] ?? 0;
    process.kill(renderer, 'SIGSTOP');
    try {
      const now = await scrape(server);
      expect(now.has('process_cpu_seconds_total{process="service"}')).toBe(true);
      expect(now.has('process_cpu_seconds_total{process="renderer"}')).toBe(false);
    } finally {
      process.kill(renderer, 'SIGCONT');
    }
    await untilScraped(server, (now) => expect(now.has('process_cpu_seconds_total{process="renderer"}')).toBe(true));
  });
});

describe('the port of metrics', () => {
  it('is loopback, answers nothing else, and the public port does not answer it', async () => {
    const url = metricsUrl(server);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    for (const path of ['/', '/login', '/api/health/live', '/metrics/x'])
      expect((await fetch(new URL(path, url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    const inside = await fetch(`${server.url}/metrics`, { headers: { accept: 'application/json' } });
    expect(inside.status).toBe(404);
    expect(await inside.text()).not.toContain('beseda_');
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });

  it.skipIf(!requireNginx())('is not reached through nginx', async () => {
    const nginx = await startNginx(server.port);
    try {
      const answer = await fetch(`${nginx.url}/metrics`, { headers: { accept: 'application/json' } });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not_found' });
    } finally {
      await nginx.stop();
    }
  });

  it('is closed unless it was asked for', async () => {
    const silent = await startServer();
    expect(() => metricsUrl(silent)).toThrow();
    await silent.stop();
  });
});

describe('what stands on the metrics', () => {
  const root = join(import.meta.dirname, '../..');
  /** Names in PromQL that are ours or of the process. */
  const namesIn = (text: string) => new Set(text.match(/\b(?:beseda|process|nodejs)_[a-z0-9_]+\b/g));

  /** The parts of a histogram. */
  const PART = /_(?:bucket|sum|count)$/;
  const ours = (now: Scrape) => [...now.text.matchAll(/^# TYPE (beseda_\S+)/gm)].map(([, name = '']) => name);

  it('the dashboard shows only what is told, and everything that is ours', async () => {
    const panel = z.looseObject({
      title: z.string(),
      datasource: z.object({ uid: z.string() }).optional(),
      targets: z.array(z.looseObject({ expr: z.string() })).optional(),
    });
    const variable = z.looseObject({ name: z.string(), type: z.string(), allValue: z.string().optional() });
    const dashboard = z
      .looseObject({
        panels: z.array(panel),
        templating: z.object({ list: z.array(variable) }),
      })
      .parse(JSON.parse(await readFile(join(root, 'docs/grafana/beseda.json'), 'utf8')));
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource' }),
    );
    // "All" is every node: other jobs of the same Prometheus have process_* and nodejs_* too.
    expect(dashboard.templating.list.filter(({ allValue }) => allValue !== undefined)).toEqual([]);
    const now = await scrape(server);
    const told = now.names();
    const shown = new Set<string>();
    for (const { title, datasource, targets = [] } of dashboard.panels) {
      if (targets.length > 0) expect([title, datasource?.uid]).toEqual([title, '${datasource}']);
      for (const { expr } of targets) for (const name of namesIn(expr)) shown.add(name);
    }
    expect([...shown].filter((name) => !told.has(name))).toEqual([]);
    expect(ours(now).filter((name) => ![...shown].some((each) => each.replace(PART, '') === name))).toEqual([]);
  });

  it('docs/monitoring.md explains everything that is ours, and alerts on nothing else', async () => {
    const text = await readFile(join(root, 'docs/monitoring.md'), 'utf8');
    const now = await scrape(server);
    const told = new Set([...now.names()].flatMap((name) => [name, name.replace(PART, '')]));
    const named = namesIn(text);
    expect([...named].filter((name) => !told.has(name))).toEqual([]);
    expect(ours(now).filter((name) => !named.has(name))).toEqual([]);
  });
});
