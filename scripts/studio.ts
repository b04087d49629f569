// `npm run studio`: Prisma Studio on whatever database the service uses, running or not. It listens on 127.0.0.1 only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '../lib/project-root';
import { runTool, toolSettings, withServiceDatabase } from './tool';

/** How Prisma's tool learns of the database. Within a URL it knows no folder of a Unix socket, and outside of it no password. */
function addressFor(url: string): Record<string, string> {
  const address = new URL(url);
  const { PGPASSWORD } = process.env;
  if (address.password === '' && PGPASSWORD) address.password = encodeURIComponent(PGPASSWORD);
  const { host, port, user, password, database } = new pg.Client({ connectionString: address.href });
  if (!host.startsWith('/')) return { DATABASE_URL: address.href };
  const beside = { PGHOST: host, PGPORT: String(port), PGUSER: user ?? '', PGPASSWORD: password ?? '' };
  return { DATABASE_URL: `postgresql:///${database ?? ''}`, ...beside };
}

await runTool(() =>
  withServiceDatabase(toolSettings(), async (url) => {
    const root = projectRoot();
    const extra = process.argv.slice(2);
    const browser = extra.includes('--browser') || extra.includes('-b') ? [] : ['--browser', 'none'];
    // The URL goes through the environment, where other users cannot read it as they can a process's arguments.
    const child = spawn(
      process.execPath,
      [join(root, 'node_modules/prisma/build/index.js'), 'studio', ...browser, ...extra],
      {
        cwd: root,
        stdio: 'inherit',
        env: {
          ...process.env,
          ...addressFor(url),
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
          CHECKPOINT_DISABLE: '1',
        },
      },
    );
    // A terminal sends Ctrl+C to both; the database may stop only after Studio has.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    await once(child, 'exit');
    // No code: a signal ended it.
    process.exitCode = child.exitCode ?? 1;
  }),
);
