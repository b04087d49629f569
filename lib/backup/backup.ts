import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { ensureDataDir } from '../data-dir';
import { checkDatabase } from '../database-check';
import { clusterFolder } from '../embedded/cluster';
import { borrowDatabase } from '../embedded/borrow';
import type { Env } from '../env';
import { appliedMigrations } from '../migrations';
import { StartError } from '../start-error';
import { withConnection } from './connection';
import { secretFingerprint, type ArchivedTable } from './manifest';
import { sortTables, type SortedTables } from './own-tables';
import { pack, type Contents } from './pack';
import { knownSecret, type KnownSecret } from './secret';
import { lockTables, readSequences, readTables } from './tables';
import { refuseExisting, writeWholeGzip } from './whole-file';

/** What was written. */
export interface Written {
  path: string;
  bytes: number;
  tables: number;
  rows: number;
  /** false: sessions stay valid only where NEXTAUTH_SECRET is set to what it is here */
  holdsSecret: boolean;
  /** what whoever keeps the archive has to know, a sentence each */
  notes: string[];
}

function notesOn({ foreign, newer }: SortedTables): string[] {
  const notes = foreign.map(
    ({ name, columns }) => `Not in the archive, because the service did not make it: ${name} (${columns.join(', ')}).`,
  );
  if (newer !== undefined) notes.push(`The database is of a newer version (${newer}): only that one restores this.`);
  return notes;
}

/** Begins a transaction that goes on seeing the database as it is now, and keeps migrations out. @throws StartError */
async function look(client: pg.Client, { secret, isOwn }: KnownSecret, version: string) {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const migrations = await appliedMigrations(client);
  const broken = migrations.find(({ finished }) => !finished);
  if (broken) throw new StartError(`The migration ${broken.name} was left half-done: mend it, then back up.`);
  if (migrations.length === 0)
    throw new StartError('There is nothing to back up: no service has ever used this database.');
  const names = migrations.map(({ name }) => name);
  const sorted = await sortTables(await readTables(client), names);
  await lockTables(client, sorted.own, 'ACCESS SHARE');
  const about = {
    version,
    createdAt: new Date().toISOString(),
    migrations: names,
    sequences: await readSequences(client),
    secretFingerprint: secret === undefined ? null : secretFingerprint(secret),
  };
  const contents: Contents = { client, tables: sorted.own, secret: isOwn ? secret : undefined, about };
  return { contents, notes: notesOn(sorted) };
}

/** A file of its own for this moment, in the folder named, or else in the data folder. */
async function placeFor(settings: Env, wanted: string | undefined): Promise<string> {
  const name = `beseda-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z.tar.gz`;
  if (wanted === undefined) {
    await ensureDataDir(settings.dataDir);
    const folder = join(settings.dataDir, 'backups');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return join(folder, name);
  }
  const isFolder = await stat(wanted).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  // Not made here: where another disk should be mounted, an archive in its place would be lost with this one.
  if (!isFolder && /[/\\]$/.test(wanted)) throw new StartError(`There is no folder ${wanted}: make it first.`);
  return isFolder ? join(wanted, name) : wanted;
}

async function assertCluster(dataDir: string): Promise<void> {
  await stat(clusterFolder(dataDir)).catch(() => {
    throw new StartError(`There is no database in ${dataDir}: set DATA_DIR or DATABASE_URL to what the service uses.`);
  });
}

/**
 * Writes an archive of everything that the service keeps, as of one moment, while it runs or not.
 *
 * @param settings as the service reads them
 * @param version of the application
 * @param wanted the file to write, or a folder for it, which a slash at its end says; by default it goes into the data folder
 * @throws StartError in one line; PostgreSQL's own error
 */
export async function backUp(settings: Env, version: string, wanted?: string): Promise<Written> {
  if (settings.databaseUrl === undefined) await assertCluster(settings.dataDir);
  else await checkDatabase(settings.databaseUrl);
  const path = await placeFor(settings, wanted);
  await refuseExisting(path);
  const known = await knownSecret(settings);
  const database = await borrowDatabase(settings);
  try {
    return await withConnection(database.url, 'beseda backup', async (client) => {
      const { contents, notes } = await look(client, known, version);
      let written: ArchivedTable[] = [];
      const bytes = await writeWholeGzip(
        path,
        pack(contents, (tables) => (written = tables)),
      );
      const rows = written.reduce((total, table) => total + table.rows, 0);
      return { path, bytes, tables: written.length, rows, holdsSecret: contents.secret !== undefined, notes };
    });
  } finally {
    await database.stop();
  }
}
