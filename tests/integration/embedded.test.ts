import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataDir } from '../harness/data-dir';
import { spawnServer, startServer, type RunningServer } from '../harness/server';

let dataDir: Awaited<ReturnType<typeof createDataDir>>;
let server: RunningServer;

beforeAll(async () => {
  dataDir = await createDataDir();
  server = await startServer({ database: 'embedded', dataDir: dataDir.path });
});

afterAll(async () => {
  await server.stop();
  await dataDir.remove();
});

async function query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
  const url = (await readFile(join(dataDir.path, 'database-url'), 'utf8')).trim();
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir.path, 'postgres/postmaster.pid'), 'utf8'), 10);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('It did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isReady(): Promise<boolean> {
  return fetch(`${server.url}/api/health/ready`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

describe('the embedded database', () => {
  it('lets nobody else in: private folder, private URL, loopback only, a password', async () => {
    expect((await stat(join(dataDir.path, 'postgres'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir.path, 'database-url'))).mode & 0o777).toBe(0o600);
    const [settings] = await query<{ listen: string; sync: string }>(
      "SELECT current_setting('listen_addresses') AS listen, current_setting('fsync') AS sync",
    );
    expect(settings).toEqual({ listen: '127.0.0.1', sync: 'on' });
    const url = new URL((await readFile(join(dataDir.path, 'database-url'), 'utf8')).trim());
    url.password = 'guess';
    const intruder = new pg.Client({ connectionString: url.href });
    await expect(intruder.connect()).rejects.toThrow(/password/);
  });

  it('knows Cyrillic letters', async () => {
    const [row] = await query<{ trigrams: string[] }>("SELECT show_trgm('тишина') AS trigrams");
    expect(row?.trigrams.length).toBeGreaterThan(3);
  });

  it('refuses a second server on the same folder, and does not disturb the first', async () => {
    const second = await spawnServer({ database: 'embedded', dataDir: dataDir.path });
    expect((await second.ended).code).toBe(1);
    expect(second.errors()).toMatch(/^Beseda cannot start: The data folder .* is in use by a running server[^\n]*\n$/);
    expect(await isReady()).toBe(true);
  });

  it('comes back by itself when PostgreSQL dies', async () => {
    process.kill(await postmasterPid(), 'SIGKILL');
    await until(async () => !(await isReady()), 5_000).catch(() => undefined);
    await until(isReady, 10_000);
  });

  it('ends what kill -9 of the server left running, and keeps every row', async () => {
    await query('CREATE TABLE kept (n int)');
    await query('INSERT INTO kept VALUES (42)');
    const orphan = await postmasterPid();
    await server.kill();
    expect(isAlive(orphan)).toBe(true);
    server = await startServer({ database: 'embedded', dataDir: dataDir.path });
    expect(await postmasterPid()).not.toBe(orphan);
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect(server.logs()).toMatch(/Ending the PostgreSQL that a killed server left running/);
  });

  it('starts when server and PostgreSQL were killed together', async () => {
    const pid = await postmasterPid();
    await server.kill();
    process.kill(pid, 'SIGKILL');
    server = await startServer({ database: 'embedded', dataDir: dataDir.path });
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 42 }]);
  });

  it('stops with the server, and takes its URL away', async () => {
    const pid = await postmasterPid();
    const { code, milliseconds } = await server.stop();
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(10_000);
    expect(isAlive(pid)).toBe(false);
    await expect(stat(join(dataDir.path, 'database-url'))).rejects.toThrow('ENOENT');
    server = await startServer({ database: 'embedded', dataDir: dataDir.path });
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 42 }]);
  });
});
