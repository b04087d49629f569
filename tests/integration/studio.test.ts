import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createUser } from '../factories';
import { databaseUrl } from '../harness/fresh-database';
import { freePort } from '@/lib/embedded/postmaster';

const ROOT = join(import.meta.dirname, '../..');

it('Prisma Studio answers on loopback for the service’s database, and ends on SIGTERM', async () => {
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
    expect(await page?.text()).toContain('<html');
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
});
