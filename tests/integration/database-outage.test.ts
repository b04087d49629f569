import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { startEmbedded, type EmbeddedDatabase } from '@/lib/embedded';
import { TRANSPORT_NAMES, TRANSPORTS } from '../harness/clients';
import { createDataDir } from '../harness/data-dir';
import { childrenOf } from '../harness/processes';
import { SocketIoClient } from '../harness/socket-io-client';
import { startServer, type RunningServer } from '../harness/server';

let folder: Awaited<ReturnType<typeof createDataDir>>;
let database: EmbeddedDatabase;
let server: RunningServer;
let token: string;
const room = 'outage';

async function json(path: string, body?: object, authorization?: string): Promise<Response> {
  return fetch(server.url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
      ...(authorization && { authorization: `Bearer ${authorization}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

beforeAll(async () => {
  folder = await createDataDir();
  // A database of its own, supervised as the service supervises its embedded one: killed, it comes back on the same port.
  database = await startEmbedded(folder.path);
  server = await startServer({ database: database.url });
  const account = { email: 'anna@example.org', username: 'anna', password: 'correct horse battery' };
  await json('/register', account);
  const answer = await json('/login', { email: account.email, password: account.password });
  ({ access_token: token } = (await answer.json()) as { access_token: string });
  await json('/api/v1/rooms', { name: room }, token);
});

afterAll(async () => {
  await server.stop();
  await database.stop();
  await folder.remove();
});

async function sql<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
  await expect.poll(() => status('/api/health/ready'), { timeout: 10_000 }).toBe(200);
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

const bodies = async () =>
  (await sql<{ body: string }>('SELECT body FROM messages ORDER BY seq')).map(({ body }) => body);

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(folder.path, 'postgres/postmaster.pid'), 'utf8'), 10);
}

/** The postmaster and all of its processes. */
async function signalAll(signal: NodeJS.Signals): Promise<void> {
  const pid = await postmasterPid();
  for (const one of [pid, ...(await childrenOf(pid))]) process.kill(one, signal);
}

/** Ends PostgreSQL as a crash would, once it is up. */
async function crash(): Promise<void> {
  await expect.poll(() => status('/api/health/ready'), { timeout: 10_000 }).toBe(200);
  process.kill(await postmasterPid(), 'SIGKILL');
}

const status = async (path: string) => (await json(path)).status;

describe('while PostgreSQL is restarted', () => {
  it.each(TRANSPORT_NAMES)('a message over %s waits for it, and is stored once', async (transport) => {
    const client = await TRANSPORTS[transport](server.url, token);
    await client.call('message:list', { room });
    const body = `over ${transport}`;
    await crash();
    const answer = await client.call('message:send', { room, body, clientMessageId: randomUUID() });
    expect(answer).toMatchObject({ ok: true, message: { body } });
    expect((await bodies()).filter((one) => one === body)).toEqual([body]);
    await client.close();
  });

  it('reading waits for it too', async () => {
    await crash();
    const answer = await json(`/api/v1/rooms/${room}/messages`, undefined, token);
    expect(answer.status).toBe(200);
  });

  it('connections that it drops are made anew, unnoticed', async () => {
    const client = await SocketIoClient.connect(server.url, token);
    await client.call('room:join', { room });
    for (let round = 1; round <= 5; round++) {
      await sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
      const answer = await client.call('message:send', { room, body: `round ${round}`, clientMessageId: randomUUID() });
      expect(answer.ok).toBe(true);
    }
    const told = () => client.facts.of('messages:created').flatMap((fact) => fact.messages as { body: string }[]);
    await expect.poll(() => told().map(({ body }) => body)).toEqual([1, 2, 3, 4, 5].map((round) => `round ${round}`));
    await client.close();
  });
});

describe('while PostgreSQL stands still', () => {
  it(
    'commands are told so in time, readiness says so, and nothing doubles once it goes on',
    { timeout: 60_000 },
    async () => {
      const client = await SocketIoClient.connect(server.url, token);
      const { room: joined } = await client.call('room:join', { room });
      const clientMessageId = randomUUID();
      await signalAll('SIGSTOP');
      try {
        const send = client.call('message:send', { room, body: 'frozen', clientMessageId });
        const list = json(`/api/v1/rooms/${room}/messages`, undefined, token);
        expect(await status('/api/health/ready')).toBe(503);
        expect(await status('/api/health/live')).toBe(200);
        expect((await send).error).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) as number });
        const refusal = await list;
        expect(refusal.status).toBe(503);
        expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
      } finally {
        await signalAll('SIGCONT');
      }
      await expect.poll(() => status('/api/health/ready'), { timeout: 10_000 }).toBe(200);
      expect(await client.call('message:send', { room, body: 'frozen', clientMessageId })).toMatchObject({ ok: true });
      await client.call('message:send', { room, body: 'thawed', clientMessageId: randomUUID() });
      const told = () =>
        client.facts.of('messages:created').flatMap((fact) => fact.messages as { body: string; revision: number }[]);
      await expect.poll(() => told().map(({ body }) => body)).toEqual(['frozen', 'thawed']);
      expect(told().map(({ revision }) => revision - (joined?.revision ?? 0))).toEqual([1, 2]);
      await client.close();
    },
  );
});

describe('when its disk is full', () => {
  it('sending is refused with the reason, reading goes on, and it recovers by itself', async () => {
    await sql(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
    const client = await SocketIoClient.connect(server.url, token);
    const message = { room, body: 'for later', clientMessageId: randomUUID() };
    const earlier = await client.call('message:send', { room, body: 'as it was' });
    const { seq } = earlier.message as { seq: number };
    await sql('CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON messages EXECUTE FUNCTION full_disk()');
    const edit = { room, seq, body: 'as it became' };
    expect((await client.call('message:edit', edit)).error).toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
    const refusal = await client.call('message:send', message);
    expect(refusal.error).toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
    expect(refusal.error?.message).toMatch(/disk .* full/);
    expect((await client.call('message:list', { room })).ok).toBe(true);
    await sql('DROP TRIGGER full_disk ON messages');
    await expect.poll(async () => (await client.call('message:send', message)).ok, { timeout: 5_000 }).toBe(true);
    expect((await bodies()).filter((body) => body === 'for later')).toHaveLength(1);
    expect((await client.call('message:edit', edit)).ok).toBe(true);
    await client.close();
  });
});
