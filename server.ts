import { fileURLToPath } from 'node:url';
import { Acceptors } from './lib/acceptors';
import { ensureAdministrator } from './lib/auth/accounts';
import { closePasswords } from './lib/auth/passwords';
import { writer } from './lib/chat/writer';
import { ensureDataDir, serviceSecret } from './lib/data-dir';
import { connectDatabase, disconnectDatabase } from './lib/db';
import { checkDatabase } from './lib/database-check';
import { startEmbedded } from './lib/embedded';
import { loadEnv, setEnv, type Env } from './lib/env';
import { createFront } from './lib/http/front';
import { createHttpServer, drain } from './lib/http-server';
import { countElsewhere } from './lib/limits';
import { assertPortFree, listen } from './lib/listening';
import { log } from './lib/log';
import { closeMail } from './lib/mail';
import { METRICS_NAMES, serveMetrics } from './lib/metrics-server';
import { migrate } from './lib/migrations';
import { Nodes } from './lib/nodes/nodes';
import { createRealtime } from './lib/realtime/attach';
import { Renderer } from './lib/renderer/renderer';
import { Shutdown } from './lib/shutdown';

async function settle(settings: Env): Promise<void> {
  if (!settings.secret) {
    await ensureDataDir(settings.dataDir);
    settings.secret = await serviceSecret(settings.dataDir);
  }
  setEnv(settings);
  // next-auth reads these by itself; without a public address it takes the request's, which the front door has checked.
  process.env.NEXTAUTH_SECRET = settings.secret;
  if (settings.publicUrl) process.env.NEXTAUTH_URL = settings.publicUrl.origin;
  else process.env.AUTH_TRUST_HOST = 'true';
  if (settings.bcryptCost < 10)
    log.warn('BCRYPT_COST is below 10: passwords are easier to guess from a stolen database');
  if (!settings.rateLimits) log.warn('RATE_LIMITS is off: nothing slows down guessing passwords');
}

/** @returns its URL */
async function openDatabase(settings: Env, shutdown: Shutdown): Promise<string> {
  let url = settings.databaseUrl;
  if (url === undefined) {
    const embedded = await startEmbedded(settings.dataDir);
    shutdown.add('embedded database', embedded.stop);
    url = embedded.url;
  } else {
    await checkDatabase(url);
  }
  const applied = await migrate(url);
  if (applied.length > 0) log.info({ migrations: applied }, 'The database was migrated');
  connectDatabase(url);
  shutdown.add('database connections', disconnectDatabase);
  await ensureAdministrator();
  return url;
}

async function start(shutdown: Shutdown): Promise<void> {
  const settings = loadEnv(process.env);
  log.level = settings.logLevel;
  await assertPortFree(settings.host, settings.port);
  if (settings.metrics) await assertPortFree(settings.metrics.host, settings.metrics.port, METRICS_NAMES);
  await settle(settings);

  // Loads beside whatever else is being started; lies beside this very module, be it bundled or not.
  const renderer = new Renderer(fileURLToPath(import.meta.url).replace(/server(\.\w+)$/, 'renderer$1'));
  const nodes = settings.redisUrl === undefined ? undefined : new Nodes(settings.redisUrl);
  if (nodes) {
    // They hear of the last message too.
    shutdown.add('other nodes', () => nodes.close());
    countElsewhere(nodes.counters());
  }
  const acceptors = settings.production ? new Acceptors() : undefined;
  // Its failure is told once there is a way to end everything.
  const [opened] = await Promise.allSettled([openDatabase(settings, shutdown).then((url) => renderer.serve(url))]);
  shutdown.add('messages under way', () => writer().close());
  shutdown.add('letters under way', closeMail);
  shutdown.add('password workers', closePasswords);
  shutdown.add('pages', () => renderer.close());
  if (opened.status === 'rejected') throw opened.reason;
  if (settings.metrics) {
    const metrics = await serveMetrics(settings.metrics, () => renderer.metrics());
    shutdown.add('metrics', metrics.close);
    log.info({ metricsPort: metrics.port }, `Metrics are at http://${settings.metrics.host}:${metrics.port}/metrics`);
  }

  await nodes?.join();
  const realtime = createRealtime({
    several: nodes !== undefined,
    nextUpgrade: settings.production ? undefined : (...upgrade) => renderer.handleUpgrade(...upgrade),
  });
  const server = createHttpServer();
  server.on(
    'request',
    createFront(
      (request, response) => renderer.handle(request, response),
      (request, response) => realtime.handleRequest(request, response),
    ),
  );
  server.on('upgrade', realtime.handleUpgrade);
  const port = (settings.port = await listen(server, settings.host, settings.port));
  acceptors?.serve(server);
  // Together: the server is closed only when its sockets are, and no socket may come while they are being closed.
  shutdown.add('connections', async () => {
    renderer.hangUp();
    await Promise.all([drain(server, acceptors), realtime.close()]);
  });

  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const kind = settings.databaseUrl === undefined ? 'embedded database' : 'given database';
  log.info(
    { port },
    `Beseda is ready at ${settings.publicUrl?.origin ?? `http://${settings.host}:${port}`} (${kind}, ${seconds} s)`,
  );
}

const begun = performance.now();
const shutdown = new Shutdown();
const started = start(shutdown);
shutdown.listen(started);
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'A defect: the service stops');
  void shutdown.exit(1);
});
process.on('unhandledRejection', (error) => log.error({ err: error }, 'A defect: a promise was rejected unheard'));
started.catch(async (error: unknown) => {
  const words = error instanceof Error ? error.message : String(error);
  log.debug({ err: error }, 'Start failed');
  await shutdown.closeAll();
  process.stderr.write(`Beseda cannot start: ${words.replace(/\s+/g, ' ').trim()}\n`);
  process.exit(1);
});
