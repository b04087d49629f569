import { join } from 'node:path';
import pg from 'pg';
import { publishedDatabaseUrl } from '@/lib/data-dir';
import { findBinaries } from '@/lib/embedded/binaries';
import { clusterFolder, ensureCluster, SUPERUSER } from '@/lib/embedded/cluster';
import { launch, type LaunchOptions, type Postmaster } from '@/lib/embedded/postmaster';
import { runUser } from '@/lib/embedded/run-user';
import { pause } from './actors/scene';
import { findFaketime, underFaketime } from './faketime';
import { postmasterOf, signal, signalTree } from './processes';

/** Milliseconds that PostgreSQL may take to accept connections after a crash. */
const RETURN_WITHIN = 60_000;
/** Milliseconds that a question of the harness's own may take. */
const PATIENCE = 5_000;

/** The PostgreSQL under the service, as the harness reaches it: past the service, to break it and to read the truth. */
export interface Database {
  /** the service's database */
  url(): Promise<string>;
  /** process id of the postmaster; undefined while there is none */
  postmaster(): number | undefined;
  /** makes sure that it runs, where nobody else does; resolves once it accepts connections */
  ensureRunning(): Promise<void>;
  /** ends it for good */
  end(): Promise<void>;
}

/** Runs one statement on a connection of its own, at once. @throws whatever it fails with */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'chaos',
    connectionTimeoutMillis: PATIENCE,
    query_timeout: PATIENCE,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Waits until it accepts connections.
 *
 * @param help is called before every attempt
 * @throws Error when it does not in time
 */
export async function accepting(
  database: Database,
  help: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const deadline = performance.now() + RETURN_WITHIN;
  for (;;) {
    try {
      await help();
      await query(await database.url(), 'SELECT 1');
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error('PostgreSQL did not come back', { cause: error });
      await pause(50);
    }
  }
}

/**
 * A PostgreSQL that the service is given by URL, and nobody but the harness starts again.
 *
 * @param dataDir an empty folder that PostgreSQL's user can pass through
 * @param settings of PostgreSQL, written into its configuration
 */
export async function openGiven(dataDir: string, settings: Record<string, string> = {}): Promise<Database> {
  const user = runUser(clusterFolder(dataDir));
  const found = await findBinaries(dataDir, user);
  const cluster = await ensureCluster(dataDir, found, user);
  const library = findFaketime();
  const binaries =
    library === undefined ? found : { ...found, postgres: await underFaketime(library, found.postgres, dataDir) };
  const options: LaunchOptions = { binaries, user, cluster, logFile: join(dataDir, 'postgres.log'), port: undefined };
  let current: Postmaster = await launch(options);
  const { port } = current;
  const urlOf = (name: string) => `postgresql://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${name}`;
  for (const [name, value] of Object.entries(settings)) {
    await query(urlOf('postgres'), `ALTER SYSTEM SET ${name} = '${value}'`);
  }
  await query(urlOf('postgres'), 'SELECT pg_reload_conf()');
  await query(urlOf('postgres'), 'CREATE DATABASE chat');
  const database: Database = {
    url: () => Promise.resolve(urlOf('chat')),
    postmaster: () => postmasterOf(cluster.folder),
    ensureRunning: () =>
      accepting(database, async () => {
        // A child that was just killed is not yet known to be dead.
        if (current.child.exitCode === null && current.child.signalCode === null) return;
        current = await launch({ ...options, port });
      }),
    async end() {
      const pid = current.child.pid ?? 0;
      await signalTree(pid, 'SIGCONT');
      signal(pid, 'SIGQUIT');
      const deadline = performance.now() + PATIENCE;
      while (current.child.exitCode === null && current.child.signalCode === null && performance.now() < deadline) {
        await pause(20);
      }
      await signalTree(pid, 'SIGKILL');
    },
  };
  return database;
}

/** The PostgreSQL that the service runs by itself, in its data folder. */
export function openEmbedded(dataDir: string): Database {
  const folder = clusterFolder(dataDir);
  const database: Database = {
    async url() {
      const url = await publishedDatabaseUrl(dataDir);
      if (url === undefined) throw new Error('The service has not said where its database is');
      return url;
    },
    postmaster: () => postmasterOf(folder),
    ensureRunning: () => accepting(database),
    async end() {
      const pid = postmasterOf(folder);
      if (pid === undefined) return;
      await signalTree(pid, 'SIGCONT');
      signal(pid, 'SIGQUIT');
      const deadline = performance.now() + PATIENCE;
      while (postmasterOf(folder) !== undefined && performance.now() < deadline) await pause(20);
      await signalTree(pid, 'SIGKILL');
    },
  };
  return database;
}
