import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createUser } from '../factories';
import { launchBrowser } from '../harness/browser';
import { databaseUrl } from '../harness/fresh-database';
import { freePort } from '@/lib/embedded/postmaster';

const ROOT = join(import.meta.dirname, '../..');

it('Prisma Studio shows the service’s tables on loopback, and ends on SIGTERM', async () => {
  await createUser({ username: 'studio-user' });
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/studio.ts', '--port', String(port)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: databaseUrl(), LOG_LEVEL: 'error' },
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
  }
}, 90_000);
