// `npm run dev`: the service with hot reload and a populated database. Pages reload by themselves; the server restarts when its code changes.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { fillHouse, isEmpty } from '../prisma/seed/house';
import { disconnectDatabase } from '../lib/db';
import { projectRoot } from '../lib/project-root';
import { runTool, toolSettings, withServiceDatabase } from './tool';

/** What runs in the server's own process, outside Next's bundles. */
const SERVER_CODE = /^(?!client[\\/]|i18n[\\/]).*(?<!\.test)\.(?:ts|mjs)$/;
/** Milliseconds: an editor writes a file in several steps. */
const SETTLE = 150;

function startServer(root: string, url: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', join(root, 'server.ts')], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1', DATABASE_URL: url },
  });
}

/** Runs the server until it is told to stop, starting it again whenever its code changes. */
async function run(root: string, url: string): Promise<void> {
  let stopping = false;
  const isStopping = (): boolean => stopping;
  let changed: NodeJS.Timeout | undefined;
  let wake = (): void => undefined;
  let child = startServer(root, url);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping = true;
      wake();
      child.kill(signal);
    });
  }
  const onChange = (): void => {
    clearTimeout(changed);
    changed = setTimeout(() => {
      wake();
      child.kill('SIGTERM');
    }, SETTLE);
  };
  const watchers = [
    watch(
      join(root, 'lib'),
      { recursive: true },
      (_event, file) => void (file && SERVER_CODE.test(file) && onChange()),
    ),
    watch(root, (_event, file) => void ((file === 'server.ts' || file === 'renderer.ts') && onChange())),
  ];
  for (;;) {
    await once(child, 'exit');
    if (isStopping()) break;
    // A start that failed has said why; the next change of the code is the next attempt.
    if (child.exitCode !== 0) await new Promise<void>((resolve) => (wake = resolve));
    if (isStopping()) break;
    child = startServer(root, url);
  }
  for (const watcher of watchers) watcher.close();
}

await runTool(async () => {
  const settings = toolSettings();
  await withServiceDatabase(settings, async (url) => {
    if (await isEmpty()) {
      const { people, password } = await fillHouse(10);
      process.stdout.write(
        `The database was empty and is now populated: sign in as ${people[0]?.email} with "${password}".\n`,
      );
    }
    await disconnectDatabase();
    await run(projectRoot(), url);
  });
});
