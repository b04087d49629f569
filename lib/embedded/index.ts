import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ensureDataDir, publishDatabaseUrl, withdrawDatabaseUrl } from '../data-dir';
import { log } from '../log';
import { StartError } from '../start-error';
import { findBinaries } from './binaries';
import { clusterFolder, DATABASE, ensureCluster, SUPERUSER } from './cluster';
import { lockFolder } from './lock';
import { endOrphan } from './orphan';
import { halt, launch, type LaunchOptions, type Postmaster } from './postmaster';
import { closedFolder, runUser } from './run-user';

/** The service's own PostgreSQL while it runs. */
export interface EmbeddedDatabase {
  url: string;
  stop: () => Promise<void>;
}

function databaseUrl(port: number, password: string, database: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Starts PostgreSQL again on its port whenever it dies unasked, so that the service recovers without a restart of its own. */
function supervise(first: Postmaster, options: LaunchOptions): () => Promise<void> {
  let stopping = false;
  let current = first;
  let restarting = Promise.resolve();

  const restart = async (): Promise<void> => {
    for (let wait = 100; !stopping; wait = Math.min(wait * 2, 5_000)) {
      try {
        current = await launch({ ...options, port: first.port });
        watch(current);
        log.warn('The embedded PostgreSQL runs again');
        return;
      } catch (error) {
        log.error(
          { reason: error instanceof Error ? error.message : String(error) },
          'The embedded PostgreSQL cannot be restarted',
        );
        await sleep(wait);
      }
    }
  };
  const watch = ({ child }: Postmaster): void => {
    child.once('exit', (code, signal) => {
      if (stopping) return;
      log.error({ code, signal }, 'The embedded PostgreSQL has ended; starting it again');
      restarting = restart();
    });
  };

  watch(first);
  // When the process is ended in haste PostgreSQL still shuts down, by itself.
  const atExit = (): void => void current.child.kill('SIGINT');
  process.once('exit', atExit);
  return async () => {
    process.off('exit', atExit);
    stopping = true;
    await restarting;
    await halt(current.child);
  };
}

/**
 * Starts the embedded PostgreSQL on its private folder inside the data folder, first making it if need be, and ending whatever a killed
 * server left running. Its URL lies in the data folder while it runs.
 *
 * @throws StartError in one line: folder locked, not writable, not reachable for PostgreSQL's user, no package for this platform …
 */
export async function startEmbedded(dataDir: string): Promise<EmbeddedDatabase> {
  await ensureDataDir(dataDir);
  const lock = await lockFolder(dataDir);
  try {
    const folder = clusterFolder(dataDir);
    const user = runUser(folder);
    const closed = user && closedFolder(folder, user);
    if (closed !== undefined) {
      throw new StartError(
        `PostgreSQL runs as ${user?.name}, who cannot enter ${closed}: set DATA_DIR to a folder outside it.`,
      );
    }
    const binaries = await findBinaries(dataDir, user);
    const cluster = await ensureCluster(dataDir, binaries, user);
    await endOrphan(folder);
    const options: LaunchOptions = { binaries, user, cluster, logFile: join(dataDir, 'postgres.log'), port: undefined };
    const postmaster = await launch(options);
    const stopPostgres = supervise(postmaster, options);
    const stop = async (): Promise<void> => {
      await withdrawDatabaseUrl(dataDir);
      await stopPostgres();
      await lock.release();
    };
    try {
      const url = databaseUrl(postmaster.port, cluster.password, DATABASE);
      await ensureDatabase(databaseUrl(postmaster.port, cluster.password, 'postgres'));
      await publishDatabaseUrl(dataDir, url);
      return { url, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
}
