import { createServer, request, type RequestListener } from 'node:http';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { checkRedis } from '@/lib/doctor/redis';
import { serviceSecret } from '@/lib/data-dir';
import { listen } from '@/lib/listening';
import { migrate } from '@/lib/migrations';
import { onDatabase } from '../harness/archives';
import { createDataDir } from '../harness/data-dir';
import { createDatabase } from '../harness/database';
import { freePort } from '../harness/free-port';
import { databaseUrl } from '../harness/fresh-database';
import { startNginx } from '../harness/nginx';
import { requireNginx } from '../harness/nginx-version.mjs';
import { hasRedis, startRedis } from '../harness/redis';
import { startServer, type RunningServer } from '../harness/server';
import { TEST_SETTINGS } from '../harness/settings';
import { runTool } from '../harness/tool';

let server: RunningServer;
let folder: Awaited<ReturnType<typeof createDataDir>>;

beforeAll(async () => {
  folder = await createDataDir();
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

/** What the doctor says, line by line, with settings that are right but for those given. */
async function examine(env: Record<string, string>, ...words: string[]) {
  const settings = { DATABASE_URL: databaseUrl(), DATA_DIR: folder.path, ...TEST_SETTINGS, ...env };
  const { code, output, errors } = await runTool('doctor', settings, ...words);
  expect(errors).toBe('');
  expect(output).not.toMatch(/\bat .+:\d+:\d+/);
  const lines = output.trim().split('\n');
  for (const line of lines) expect(line).toMatch(/^(?:✓ [^:]+: .|[!✗] [^:]+: .+ Fix: .)/);
  return { code, lines, wrong: lines.filter((line) => line.startsWith('✗')) };
}

/** Something that answers at an address of its own while `work` runs. */
async function whileAnswering<T>(answer: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const other = createServer(answer);
  const port = await listen(other, 'localhost', 0);
  try {
    return await work(`http://localhost:${port}`);
  } finally {
    other.close();
    other.closeAllConnections();
  }
}

describe('npm run doctor', () => {
  it('finds nothing wrong with a service that runs', async () => {
    const { code, lines, wrong } = await examine({ NEXTAUTH_URL: server.url });
    expect({ code, wrong }).toEqual({ code: 0, wrong: [] });
    const subjects = lines.map((line) => line.slice(2, line.indexOf(': ')));
    for (const subject of ['settings', 'data folder', 'secret', 'database', 'migrations', 'clock', 'address'])
      expect(subjects).toContain(subject);
    expect(lines).toContain('✓ /socket.io/: a WebSocket gets through');
    expect(lines).toContain('✓ /ws/: a WebSocket gets through');
  });

  it.runIf(requireNginx())('finds that the shipped nginx.conf lets WebSockets through (needs nginx)', async () => {
    const nginx = await startNginx(server.port);
    try {
      const { lines } = await examine({}, nginx.url);
      expect(lines).toContain('✓ /socket.io/: a WebSocket gets through');
      expect(lines).toContain('✓ /ws/: a WebSocket gets through');
    } finally {
      await nginx.stop();
    }
  });

  it('finds a proxy that passes no upgrade on', async () => {
    const forward: RequestListener = (incoming, outgoing) => {
      const { upgrade: _upgrade, connection: _connection, ...headers } = incoming.headers;
      const onward = request(server.url + (incoming.url ?? '/'), { method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    };
    await whileAnswering(forward, async (url) => {
      const { code, wrong } = await examine({}, url);
      expect(code).toBe(1);
      expect(wrong).toHaveLength(2);
      for (const line of wrong)
        expect(line).toMatch(/no WebSocket gets through: 4\d\d instead of an upgrade. Fix: .*Upgrade/);
    });
  });

  it('tells what is wrong with an address', async () => {
    await whileAnswering(
      (_, response) => response.end('<h1>It works!</h1>'),
      async (url) =>
        expect((await examine({}, url)).wrong).toEqual([expect.stringContaining('is not this application')]),
    );
    await whileAnswering(
      (_, response) => response.writeHead(308, { location: 'https://other.example.org/' }).end(),
      async (url) => expect((await examine({}, url)).wrong[0]).toContain('leads to https://other.example.org'),
    );
    const nobody = `http://localhost:${await freePort()}`;
    expect((await examine({}, nobody)).wrong).toEqual([
      expect.stringMatching(/cannot be reached .* nobody listens there/),
    ]);
    expect((await examine({}, 'chat.example.org')).wrong).toEqual([expect.stringContaining('is no address')]);
  });

  it('tells of every setting that is wrong, one line each', async () => {
    const { code, wrong } = await examine({ PORT: 'abc', BCRYPT_COST: '99', NEXTAUTH_SECRET: 'short' });
    expect(code).toBe(1);
    expect(wrong.map((line) => /settings: (\w+)/.exec(line)?.[1]).sort()).toEqual([
      'BCRYPT_COST',
      'NEXTAUTH_SECRET',
      'PORT',
    ]);
  });

  it('looks at no other database or secret than those of a setting that is wrong', async () => {
    const { lines, wrong } = await examine({ DATABASE_URL: 'mysql://u@localhost/x', NEXTAUTH_SECRET: 'short' });
    expect(wrong).toHaveLength(2);
    expect(lines.join('\n')).not.toMatch(/^. (?:database|migrations|secret):/m);
  });

  it('tells a secret that can be guessed, or read by others', async () => {
    expect((await examine({ NEXTAUTH_SECRET: 'aaaaaaaaaaaaaaab' })).wrong[0]).toContain('secret: it can be guessed');
    const file = join(folder.path, 'secret');
    await serviceSecret(folder.path);
    await chmod(file, 0o644);
    expect((await examine({ NEXTAUTH_SECRET: '' })).wrong[0]).toContain(`chmod 600 ${file}`);
    await chmod(file, 0o600);
    expect((await examine({ NEXTAUTH_SECRET: '' })).wrong).toEqual([]);
  });

  it('tells what is wrong with a database', async () => {
    expect((await examine({ DATABASE_URL: 'postgresql://u@127.0.0.1:1/x' })).wrong).toEqual([
      expect.stringMatching(/^✗ database: DATABASE_URL: 127\.0\.0\.1:1 cannot be reached/),
    ]);
    const empty = await createDatabase(inject('adminUrl'));
    try {
      const fresh = await examine({ DATABASE_URL: empty.url });
      expect(fresh.code).toBe(0);
      expect(fresh.lines.join('\n')).toMatch(/! migrations: \d+ of \d+ not applied yet/);
      await migrate(empty.url);
      await onDatabase(empty.url, (client) =>
        client.query(
          "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', '1', '29990101000000_new', now())",
        ),
      );
      const newer = await examine({ DATABASE_URL: empty.url });
      expect(newer.code).toBe(0);
      expect(newer.lines.join('\n')).toMatch(/! migrations: 29990101000000_new is of a newer version.* one version/);
    } finally {
      await empty.drop();
    }
  });
});

describe.skipIf(!hasRedis)('Redis (needs redis-server)', () => {
  it('is said to be right, wrongly set up, or away', async () => {
    const redis = await startRedis();
    try {
      expect(await checkRedis(redis.url)).toMatchObject([{ level: 'good' }]);
      const set = (name: string, value: string) => redis.command('config', 'set', name, value);
      const warnings = async () => (await checkRedis(redis.url)).slice(1).map(({ level, subject }) => [level, subject]);
      await set('maxmemory', '256mb');
      for (const policy of ['noeviction', 'volatile-lru']) {
        await set('maxmemory-policy', policy);
        expect(await warnings()).toEqual([['warning', 'Redis memory']]);
      }
      await set('maxmemory-policy', 'allkeys-lru');
      expect(await warnings()).toEqual([]);
      await set('save', '3600 1');
      expect(await warnings()).toEqual([['warning', 'Redis disk']]);
      await set('save', '');
      await set('appendonly', 'yes');
      expect(await warnings()).toEqual([['warning', 'Redis disk']]);
      await redis.kill();
      expect(await checkRedis(redis.url)).toMatchObject([
        { level: 'bad', fix: expect.stringContaining('REDIS_URL') as string },
      ]);
    } finally {
      await redis.stop();
    }
  });
});
