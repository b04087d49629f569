import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { createDataDir } from '../harness/data-dir';
import { createDatabase, withDatabase } from '../harness/database';
import { databaseUrl } from '../harness/fresh-database';
import { startOldPostgres } from '../harness/old-postgres';
import { spawnServer, startServer, type ServerOptions } from '../harness/server';

interface Failure {
  code: number | null;
  errors: string;
  milliseconds: number;
}

/** Starts a server that is expected to give up, and collects its last words. */
async function failingStart(options: ServerOptions): Promise<Failure> {
  const server = await spawnServer(options);
  // One that starts after all must not outlive the test.
  const late = setTimeout(() => server.signal('SIGTERM'), 20_000);
  const { code, milliseconds } = await server.ended;
  clearTimeout(late);
  return { code, errors: server.errors(), milliseconds };
}

function expectOneLine(failure: Failure, words: RegExp): void {
  expect(failure.errors).toMatch(/^Beseda cannot start: [^\n]+\n$/);
  expect(failure.errors).toMatch(words);
  expect(failure.errors).not.toMatch(/\bat .+:\d+:\d+/);
  expect(failure.code).toBe(1);
  expect(failure.milliseconds).toBeLessThan(20_000);
}

async function holdPort(host: string): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const address = server.address();
  return { server, port: address !== null && typeof address === 'object' ? address.port : 0 };
}

describe('a start that fails says why in one line', () => {
  it.each([
    [{ PORT: 'abc' }, /PORT must be a whole number/],
    [{ BCRYPT_COST: '99' }, /BCRYPT_COST must be/],
    [{ HOST: '0.0.0.0' }, /NEXTAUTH_URL must be set/],
    [{ DATABASE_URL: 'mysql://localhost/x' }, /DATABASE_URL must be a URL/],
    [{ NEXTAUTH_SECRET: 'short' }, /NEXTAUTH_SECRET must have at least 16 characters/],
    [{ NEXTAUTH_SECRET: 'secret!!secret!!' }, /NEXTAUTH_SECRET must not be one text again and again/],
    [{ NEXTAUTH_URL: 'https://chat.example.org/chat' }, /NEXTAUTH_URL must be an address without a path/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of/],
    [
      { HOST: '203.0.113.7', NEXTAUTH_URL: 'https://chat.example.org' },
      /HOST=203\.0\.113\.7 is not an address of this machine/,
    ],
    [{ METRICS_PORT: 'yes' }, /METRICS_PORT must be a whole number/],
    [{ METRICS_PORT: '3999', PORT: '3999' }, /METRICS_PORT must be another port than PORT/],
    [{ METRICS_PORT: '0', METRICS_HOST: 'a b' }, /METRICS_HOST must be a host name/],
    [
      { METRICS_PORT: '0', METRICS_HOST: '203.0.113.7' },
      /METRICS_HOST=203\.0\.113\.7 is not an address of this machine/,
    ],
  ])('a wrong setting: %o', async (env, words) => {
    expectOneLine(await failingStart({ env }), words);
  });

  it('a port that is taken, before anything else is touched', async () => {
    const { server, port } = await holdPort('127.0.0.1');
    const dataDir = await createDataDir();
    try {
      const failure = await failingStart({ database: 'embedded', dataDir: dataDir.path, env: { PORT: String(port) } });
      expectOneLine(failure, new RegExp(`Port ${port} is taken`));
      expect(await readdir(dataDir.path)).toEqual([]);
    } finally {
      server.close();
      await dataDir.remove();
    }
  });

  it('a port of metrics that is taken', async () => {
    const { server, port } = await holdPort('127.0.0.1');
    try {
      const failure = await failingStart({ env: { METRICS_PORT: String(port) } });
      expectOneLine(failure, new RegExp(`Port ${port} is taken: stop what listens there, or set METRICS_PORT`));
    } finally {
      server.close();
    }
  });

  it('a database that nobody listens for', async () => {
    const password = 'hunter2';
    expectOneLine(
      await failingStart({ database: `postgresql://u:${password}@127.0.0.1:1/x` }),
      /127\.0\.0\.1:1 cannot be reached/,
    );
  });

  it('a database server that never answers', async () => {
    const { server, port } = await holdPort('127.0.0.1');
    try {
      expectOneLine(await failingStart({ database: `postgresql://u:p@127.0.0.1:${port}/x` }), /cannot be reached/);
    } finally {
      server.close();
    }
  });

  it('a database server that is too old', async () => {
    const old = await startOldPostgres();
    try {
      expectOneLine(
        await failingStart({ database: `postgresql://u:p@127.0.0.1:${old.port}/x` }),
        /127\.0\.0\.1:\d+ is PostgreSQL 13; 14 or newer is needed/,
      );
    } finally {
      old.stop();
    }
  });

  it('a host name that does not exist', async () => {
    expectOneLine(await failingStart({ database: 'postgresql://u:p@no-such-host.invalid/x' }), /cannot be reached/);
  });

  it('a wrong password, without repeating it', async () => {
    const url = new URL(databaseUrl());
    // Where the machine's own PostgreSQL trusts everybody, an unknown user is what is refused.
    url.username = 'nobody_by_this_name';
    url.password = 'hunter2';
    const failure = await failingStart({ database: url.href });
    expectOneLine(failure, /refuses the user "nobody_by_this_name" or the password/);
    expect(failure.errors).not.toContain('hunter2');
  });

  it('a database that does not exist', async () => {
    expectOneLine(
      await failingStart({ database: withDatabase(databaseUrl(), 'missing_one') }),
      /"missing_one" does not exist/,
    );
  });

  it('a database that cannot tell Cyrillic letters', async () => {
    const name = `latin_${process.pid}`;
    const client = new pg.Client({ connectionString: inject('adminUrl') });
    await client.connect();
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'UTF8'`);
      expectOneLine(await failingStart({ database: withDatabase(inject('adminUrl'), name) }), /cannot search Cyrillic/);
    } finally {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.end();
    }
  });

  it('a migration that fails', async () => {
    const database = await createDatabase(inject('adminUrl'));
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query("CREATE TYPE user_role AS ENUM ('something else')");
      expectOneLine(await failingStart({ database: database.url }), /could not be migrated: .*20261123000000_init/);
    } finally {
      await client.end();
      await database.drop();
    }
  });

  it('a data folder that cannot be made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'beseda-file-'));
    const file = join(folder, 'file');
    await writeFile(file, '');
    try {
      expectOneLine(await failingStart({ database: 'embedded', dataDir: join(file, 'data') }), /is not writable/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.runIf(process.getuid?.() === 0)('a data folder that root’s PostgreSQL cannot enter', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'beseda-closed-'));
    await chmod(folder, 0o700);
    try {
      expectOneLine(
        await failingStart({ database: 'embedded', dataDir: join(folder, 'data') }),
        /cannot enter .*set DATA_DIR/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a running server', () => {
  it('keeps its generated secret to its owner, and the same over restarts', async () => {
    const dataDir = await createDataDir();
    const secretFile = join(dataDir.path, 'secret');
    const env = { NEXTAUTH_SECRET: undefined };
    try {
      const first = await startServer({ dataDir: dataDir.path, env });
      const made = await stat(secretFile);
      expect(made.mode & 0o777).toBe(0o600);
      await first.stop();
      const second = await startServer({ dataDir: dataDir.path, env });
      expect((await stat(secretFile)).mtimeMs).toBe(made.mtimeMs);
      await second.stop();
    } finally {
      await dataDir.remove();
    }
  });

  it('says so in one line, warns of weak settings, and answers health checks for any host', async () => {
    const server = await startServer();
    expect(server.logs().match(/Beseda is ready/g)).toHaveLength(1);
    expect(server.logs()).toMatch(/BCRYPT_COST is below 10/);
    expect(server.logs()).toMatch(/RATE_LIMITS is off/);
    const ready = await fetch(`${server.url}/api/health/ready`);
    expect(ready.status).toBe(200);
    const { code } = await server.stop();
    expect(code).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'lets a request in flight finish on %s, and exits 0 within 10 s',
    async (signal) => {
      const server = await startServer({ env: { BCRYPT_COST: '13' } });
      const account = { email: 'slow@example.org', username: `slow-${signal.toLowerCase()}`, password: 'long enough' };
      const answer = fetch(`${server.url}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', connection: 'keep-alive' },
        body: JSON.stringify({ ...account, email: `${account.username}@example.org` }),
      });
      // Hashing at this cost takes half a second and more: the request is inside when the signal comes.
      await new Promise((resolve) => setTimeout(resolve, 200));
      const [ending, response] = await Promise.all([server.stop(signal), answer]);
      expect(response.status).toBe(201);
      expect(ending).toMatchObject({ code: 0, signal: null });
      expect(ending.milliseconds).toBeLessThan(10_000);
    },
  );

  it('takes what npm and the terminal send together for one signal', async () => {
    const server = await startServer();
    const endings = await Promise.all([server.stop('SIGINT'), server.stop('SIGINT')]);
    expect(endings.map(({ code }) => code)).toEqual([0, 0]);
  });

  it('ends at once at a second signal', async () => {
    const server = await startServer();
    const halfway = connect(server.port, '127.0.0.1');
    halfway.on('error', () => undefined);
    await new Promise((resolve) => halfway.once('connect', resolve));
    // A request that never becomes whole keeps the drain waiting.
    halfway.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const first = server.stop('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const ending = await Promise.all([server.stop('SIGINT'), first]);
    expect(ending[0].code).toBe(1);
    expect(ending[0].milliseconds).toBeLessThan(2_000);
    halfway.destroy();
  });
});
