import { open, type FileHandle } from 'node:fs/promises';
import type pg from 'pg';
import { replaceSecret } from '../data-dir';
import type { Env } from '../env';
import { knownMigrations, migrate } from '../migrations';
import { errorCode, StartError } from '../start-error';
import { withConnection } from './connection';
import { copyIn, type CopyTarget } from './copy';
import type { Manifest } from './manifest';
import { planSecret, type SecretPlan } from './secret';
import { copyList, dropTables, lockTables, readTables, setSequences, withoutForeignKeys, type Table } from './tables';
import { inspectTarget, openTarget, refuseOccupied } from './target';
import { unpack } from './unpack';

/** What was restored. */
export interface Restored {
  manifest: Manifest;
  rows: number;
  /** what it means for whoever was signed in */
  sessions: string;
}

async function openArchive(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new StartError(`${path} cannot be read (${errorCode(error)}).`);
  }
}

/** @throws StartError when a later version made the archive */
async function refuseNewer({ migrations, version }: Manifest): Promise<void> {
  const known = new Set(await knownMigrations());
  const unknown = migrations.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new StartError(
    `The archive is of a newer version of Beseda (${version}, with the migration ${unknown}): restore it with that one.`,
  );
}

/** Stores an archive's rows. @throws StartError when they do not fit; PostgreSQL's own error */
async function load(client: pg.Client, archive: FileHandle, { tables }: Manifest): Promise<void> {
  let current: { table: string; target: CopyTarget } | undefined;
  const finish = async (): Promise<void> => {
    if (!current) return;
    const { table, target } = current;
    current = undefined;
    const stored = await target.end();
    const expected = tables.find(({ name }) => name === table)?.rows;
    if (stored !== expected) throw new StartError(`Of ${expected} rows of ${table} only ${stored} could be stored.`);
  };
  await unpack(archive, async (table, rows) => {
    if (current?.table !== table) {
      await finish();
      const described = tables.find(({ name }) => name === table);
      if (!described) throw new StartError(`The archive is damaged: its manifest knows no table ${table}.`);
      current = { table, target: copyIn(client, `COPY ${copyList(described)} FROM STDIN`) };
    }
    await current.target.write(rows);
  });
  await finish();
}

/** @throws StartError when the archive's tables are not those that its migrations make */
function refuseOthers({ tables }: Manifest, made: readonly Table[]): void {
  const shape = ({ name, columns }: Table) => `${name} (${[...columns].sort().join(', ')})`;
  const [archived, here] = [tables.map(shape), made.map(shape)];
  const odd = archived.find((each) => !here.includes(each)) ?? here.find((each) => !archived.includes(each));
  if (odd === undefined) return;
  throw new StartError(
    `The table ${odd} is not as this version makes it: one of the two databases was changed by hand.`,
  );
}

/** Fills the database in one transaction: all of it, or nothing. */
async function fill(client: pg.Client, settings: Env, archive: FileHandle, manifest: Manifest, { write }: SecretPlan) {
  await client.query('BEGIN');
  const tables = await readTables(client);
  refuseOthers(manifest, tables);
  await lockTables(client, tables, 'ACCESS EXCLUSIVE');
  await refuseOccupied(client, settings, tables);
  await withoutForeignKeys(client, () => load(client, archive, manifest));
  await setSequences(client, manifest.sequences);
  // Before the commit: without the accounts the secret does no harm, without the secret nobody would be signed in.
  if (write) await replaceSecret(settings.dataDir, write.secret, write.kept);
  await client.query('COMMIT');
}

/**
 * Restores an archive into an empty database, of whichever kind the settings name. The archive is read to its end first, and nothing is
 * touched unless it is whole, of no newer version, and the database is empty and unused.
 *
 * @param settings as the service reads them
 * @param path of the archive
 * @throws StartError in one line; MigrationError; PostgreSQL's own error
 */
export async function restore(settings: Env, path: string): Promise<Restored> {
  const archive = await openArchive(path);
  try {
    const unpacked = await unpack(archive);
    const { manifest } = unpacked;
    await refuseNewer(manifest);
    const plan = await planSecret(settings, unpacked);
    const { url, stop } = await openTarget(settings, plan.write !== undefined);
    try {
      await withConnection(url, 'beseda restore', async (client) => {
        if (await inspectTarget(client, settings, manifest)) await dropTables(client);
        await migrate(url, undefined, new Set(manifest.migrations));
        await fill(client, settings, archive, manifest, plan);
        await migrate(url);
        await client.query('ANALYZE');
      });
    } finally {
      await stop();
    }
    return { manifest, rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0), sessions: plan.meaning };
  } finally {
    await archive.close();
  }
}
