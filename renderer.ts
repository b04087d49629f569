import { rmdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import next from 'next';
import { connectDatabase, disconnectDatabase } from './lib/db';
import { loadEnv, setEnv } from './lib/env';
import { createPageDoor } from './lib/http/page-door';
import { log } from './lib/log';
import { projectRoot } from './lib/project-root';
import { joinService } from './lib/renderer/service-line';

/* The process that makes pages. server.ts forks it, hands it what Next answers, and tells it when to end. */

/** Pages read little and are made one after the other. */
const MAX_CONNECTIONS = 4;

const [, , socketPath] = process.argv;
if (socketPath === undefined || !process.send) {
  process.stderr.write('This makes pages for the service, which starts it: run npm start.\n');
  process.exit(1);
}
const settings = loadEnv(process.env);
setEnv(settings);
log.level = settings.logLevel;

// A terminal's signals come to both processes, and the service still has pages to answer.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'A defect: the process that makes pages stops');
  process.exit(1);
});
process.on('unhandledRejection', (error) => log.error({ err: error }, 'A defect: a promise was rejected unheard'));

// The service has judged headers, and has its own limits against slow clients; what it adds for a refused form is as long as the form.
const server = createServer({ maxHeaderSize: 8 * 2 ** 20, requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
server.maxHeadersCount = 0;
const app = next({
  dev: !settings.production,
  dir: projectRoot(),
  hostname: settings.host,
  port: settings.port,
  httpServer: server,
});

/** What the service can no longer remove: its socket, and the folder that was made for it. A named pipe goes by itself. */
function removeSocket(path: string): void {
  if (process.platform === 'win32') return;
  rmSync(path, { force: true });
  try {
    rmdirSync(dirname(path));
  } catch {
    // There is still something in it, or it is gone.
  }
}

/** Pages are all answered by now, and nothing here writes letters. */
async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await Promise.allSettled([app.close(), disconnectDatabase()]);
  process.exit(0);
}

const database = new Promise<string>((resolve) => {
  const ready = joinService({
    onDatabase: resolve,
    onStop: () => void stop(),
    onOrphaned: () => {
      removeSocket(socketPath);
      process.exit(0);
    },
  });
  server.once('listening', ready);
});
await app.prepare();
server.on('request', createPageDoor(app.getRequestHandler()));
connectDatabase(await database, MAX_CONNECTIONS);
server.listen(socketPath);
