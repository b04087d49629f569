// `npm run studio`: Prisma Studio on whatever database the service uses, running or not. It listens on 127.0.0.1 only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../lib/project-root';
import { runTool, toolSettings, withServiceDatabase } from './tool';

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
          DATABASE_URL: url,
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
          CHECKPOINT_DISABLE: '1',
        },
      },
    );
    // A terminal sends Ctrl+C to both; the database may stop only after Studio has.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    await once(child, 'exit');
  }),
);
