import type pg from 'pg';
import { ensureDataDir } from '../data-dir';
import { checkDatabase } from '../database-check';
import { startEmbedded, type EmbeddedDatabase } from '../embedded';
import { FolderLockedError, lockFolder } from '../embedded/lock';
import type { Env } from '../env';
import { appliedMigrations, knownMigrations } from '../migrations';
import { StartError } from '../start-error';
import type { Manifest } from './manifest';
import { findOccupied, readTables, type Table } from './tables';

/**
 * Opens the database that is to be filled, and keeps services off the data folder.
 *
 * @param writesSecret whether the data folder is needed, although the database is a given one
 * @throws StartError when a service runs on the data folder, or the database cannot be used
 */
export async function openTarget(settings: Env, writesSecret: boolean): Promise<EmbeddedDatabase> {
  try {
    const { databaseUrl: url, dataDir } = settings;
    if (url === undefined) return await startEmbedded(dataDir);
    await checkDatabase(url);
    if (!writesSecret) return { url, stop: () => Promise.resolve() };
    await ensureDataDir(dataDir);
    const lock = await lockFolder(dataDir);
    return { url, stop: () => lock.release() };
  } catch (error) {
    if (!(error instanceof FolderLockedError)) throw error;
    throw new StartError(
      `The service is running on ${settings.dataDir}: stop it first, or set DATA_DIR to an empty folder.`,
    );
  }
}

/** @throws StartError when a service is connected to the database */
async function refuseService(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'beseda%'
     AND pid <> pg_backend_pid()`,
  );
  if (rowCount) throw new StartError('A service is connected to this database: stop it first.');
}

/**
 * Refuses a database that holds anything: a restoration never overwrites.
 *
 * @throws StartError which says what to do instead
 */
export async function refuseOccupied(client: pg.Client, settings: Env, tables: readonly Table[]): Promise<void> {
  const occupied = await findOccupied(client, tables);
  if (occupied === undefined) return;
  const holds = occupied === 'users' ? 'accounts' : `rows in its table ${occupied}`;
  const instead =
    settings.databaseUrl === undefined
      ? `move ${settings.dataDir}/postgres away, or set DATA_DIR to an empty folder`
      : 'make an empty database, and set DATABASE_URL to it';
  throw new StartError(`The database holds ${holds} already, and nothing is overwritten: ${instead}.`);
}

/**
 * Looks whether an archive can go into a database, and changes nothing.
 *
 * @returns whether the database's tables are of a later version than the archive's, so that they have to be made anew
 * @throws StartError when a service uses it, or it holds anything
 */
export async function inspectTarget(client: pg.Client, settings: Env, manifest: Manifest): Promise<boolean> {
  await refuseService(client);
  const tables = await readTables(client);
  // Others first: of what they say "accounts" is the clearest.
  await refuseOccupied(
    client,
    settings,
    [...tables].sort((a, b) => Number(b.name === 'users') - Number(a.name === 'users')),
  );
  const present = await appliedMigrations(client);
  const known = new Set(await knownMigrations());
  if (present.some(({ name, finished }) => !finished || !known.has(name))) {
    throw new StartError('The database’s tables are of a newer version, or half-made: make an empty database.');
  }
  return present.some(({ name }) => !manifest.migrations.includes(name));
}
