import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationDirectory, MigrationList } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { projectRoot } from './project-root';
import { withSchemaEngine } from './schema-engine';

/** Any number that nothing else in the database locks; Prisma's own is 72707369. */
const ADVISORY_LOCK = 827_331_001;
/** Milliseconds to wait for another node that is migrating. */
const LOCK_TIMEOUT = 15_000;
const LOCK_FILE = 'migration_lock.toml';

/** A migration that could not be applied, or a database that cannot hold the service; one line. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Nothing in the database is left out of what the engine compares. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** The text of prisma/schema.prisma. */
export function readDatamodel(root = projectRoot()): Promise<string> {
  return readFile(join(root, 'prisma', 'schema.prisma'), 'utf8');
}

async function readMigration(folder: string, name: string): Promise<MigrationDirectory> {
  const content = await readFile(join(folder, name, 'migration.sql'), 'utf8');
  return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: content } } };
}

/**
 * Reads the migrations folder in the form that the schema engine takes.
 *
 * @param folder where the migrations lie, prisma/migrations by default
 */
export async function readMigrations(folder = join(projectRoot(), 'prisma', 'migrations')): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  return {
    baseDir: folder,
    lockfile: { path: LOCK_FILE, content: await readFile(join(folder, LOCK_FILE), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.map((name) => readMigration(folder, name))),
  };
}

/** What the engine says is several lines with a drawing around; the start prints one. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}

/** In locale C, and in the builtin provider's, letters beyond ASCII are no letters to pg_trgm: Cyrillic would never be found. */
async function checkTrigrams(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ trigrams: string[] }>("select show_trgm('тишина') as trigrams");
  if (!rows[0]?.trigrams.length) {
    throw new MigrationError(
      'The database cannot search Cyrillic names: create it with a UTF-8 locale, such as LC_CTYPE C.UTF-8 of the libc provider, not C.',
    );
  }
}

/** A migration that was begun on a database. */
export interface AppliedMigration {
  name: string;
  /** false: it was left half-done */
  finished: boolean;
}

/** The migrations of a database by name; none where there never was one. */
export async function appliedMigrations(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    "select to_regclass('_prisma_migrations') is not null as there",
  );
  if (!tables[0]?.there) return [];
  const { rows } = await client.query<AppliedMigration>(
    'select migration_name as name, finished_at is not null as finished from _prisma_migrations where rolled_back_at is null order by 1',
  );
  return rows;
}

/** The names of the migrations that this version knows. */
export async function knownMigrations(): Promise<string[]> {
  return (await readMigrations()).migrationDirectories.map(({ path }) => path);
}

/**
 * Whether every migration is applied already, and none was left half-done: then the engine has nothing to say, and loading its
 * WebAssembly would be most of what a start computes.
 */
async function isUpToDate(client: pg.Client, { migrationDirectories }: MigrationList): Promise<boolean> {
  const begun = await appliedMigrations(client);
  const applied = new Set(begun.map(({ name }) => name));
  return begun.every(({ finished }) => finished) && migrationDirectories.every(({ path }) => applied.has(path));
}

async function whileLocked<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT}`);
  await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]).catch((error: unknown) => {
    throw new MigrationError(`Another process has been migrating the database for too long (${oneLine(error)}).`);
  });
  try {
    return await work();
  } finally {
    await client.query('select pg_advisory_unlock($1)', [ADVISORY_LOCK]).catch(() => undefined);
  }
}

/**
 * Applies every migration that the database lacks, one process at a time, and keeps Prisma's `_prisma_migrations`.
 *
 * @param url of the database
 * @param folder where the migrations lie, prisma/migrations by default
 * @param wanted the names of those to apply, every one by default
 * @returns the names of those applied now
 * @throws MigrationError in one line
 */
export async function migrate(url: string, folder?: string, wanted?: ReadonlySet<string>): Promise<string[]> {
  const [migrationsList, datamodel] = await Promise.all([readMigrations(folder), readDatamodel()]);
  if (wanted) {
    migrationsList.migrationDirectories = migrationsList.migrationDirectories.filter(({ path }) => wanted.has(path));
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'beseda' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await whileLocked(client, async () => {
      if (await isUpToDate(client, migrationsList)) return [];
      const { appliedMigrationNames } = await withSchemaEngine(url, datamodel, (engine) =>
        engine.applyMigrations({ migrationsList, filters: NO_FILTERS }),
      ).catch((error: unknown) => {
        throw new MigrationError(`The database could not be migrated: ${oneLine(error)}`);
      });
      await checkTrigrams(client);
      return appliedMigrationNames;
    });
  } finally {
    await client.end();
  }
}
