import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createUser } from '../factories';
import { launchBrowser } from '../harness/browser';
import { databaseUrl } from '../harness/fresh-database';
import { freePort } from '@/lib/embedded/postmaster';

const ROOT = join(import.meta.dirname, '../..');

/** Docker gives a container's name an address; any other of Linux's loopback does for it. */
const CONTAINER = '127.0.0.2';

it.skipIf(process.platform !== 'linux')(
  'a container’s Studio takes requests on the port that it is told',
  async () => {
    const port = await freePort();
    const child = spawn(process.execPath, ['scripts/studio-container.mjs'], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl(),
        LOG_LEVEL: 'error',
        STUDIO_PORT: String(port),
        HOSTNAME: CONTAINER,
      },
    });
    const exited = once(child, 'exit');
    try {
      // As a browser says it whose page came from the port that compose publishes.
      const headers = { origin: `http://127.0.0.1:${port}` };
      const ask = () =>
        fetch(`http://${CONTAINER}:${port}/`, { headers }).then(
          ({ status }) => status,
          () => 'no answer yet',
        );
      await expect.poll(ask, { timeout: 30_000 }).not.toBe('no answer yet');
      expect(await ask()).toBe(200);
    } finally {
      child.kill('SIGTERM');
      await exited;
    }
  },
  60_000,
);

/** A Unix socket in a folder of its own that leads to the database, and the URL that a service has for it. */
async function openSocket() {
  const address = new URL(databaseUrl());
  const folder = await mkdtemp(join(tmpdir(), 'beseda-studio-'));
  const server = createServer((socket) => {
    const inside = connect(Number(address.port), address.hostname);
    socket.on('error', () => inside.destroy()).pipe(inside);
    inside.on('error', () => socket.destroy()).pipe(socket);
  }).listen(join(folder, '.s.PGSQL.5432'));
  await once(server, 'listening');
  const credentials = `${address.username}:${address.password}`;
  const close = async () => {
    server.close();
    await rm(folder, { recursive: true });
  };
  return { url: `postgresql://${credentials}@localhost${address.pathname}?host=${folder}`, close };
}

beforeAll(async () => {
  await createUser({ username: 'studio-user' });
});

const WAYS = {
  TCP: () => Promise.resolve({ url: databaseUrl(), close: () => Promise.resolve() }),
  'a Unix socket': openSocket,
};

it.each(['TCP', 'a Unix socket'] as const)(
  'Prisma Studio shows the tables, reached over %s',
  async (way) => {
    const { url, close } = await WAYS[way]();
    const port = await freePort();
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/studio.ts', '--port', String(port)], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'error' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child, 'exit');
    try {
      let page: Response | undefined;
      for (let attempt = 0; attempt < 200 && !page && child.exitCode === null; attempt++) {
        page = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
        if (!page) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(page?.status, output).toBe(200);
      // Linux calls all of 127.0.0.0/8 its own: whoever listens on every address answers there too.
      await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow('fetch failed');
      const browser = await launchBrowser();
      try {
        const view = await browser.newPage();
        await view.goto(`http://127.0.0.1:${port}/`);
        for (const table of ['users', 'chats', 'messages']) {
          await view.getByText(table, { exact: true }).first().waitFor({ timeout: 30_000 });
        }
        await view.getByText('users', { exact: true }).first().click();
        await view.getByText('studio-user').first().waitFor({ timeout: 30_000 });
      } finally {
        await browser.close();
      }
    } finally {
      child.kill('SIGTERM');
      await exited;
      await close();
    }
  },
  90_000,
);

it('ends with a code that is not 0 where Prisma Studio does', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/studio.ts', '--no-such-option'], {
    cwd: ROOT,
    stdio: 'ignore',
    env: { ...process.env, DATABASE_URL: databaseUrl(), LOG_LEVEL: 'error' },
  });
  await once(child, 'exit');
  expect(child.exitCode).toBe(1);
}, 30_000);
