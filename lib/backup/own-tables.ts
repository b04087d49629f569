import { knownMigrations, readMigrations } from '../migrations';
import type { Table } from './tables';

/** A statement that makes or changes a table, as the schema engine writes it, and whatever it names besides. */
const STATEMENT = /\b(?:CREATE|ALTER) TABLE "(\w+)"([^;]*);/g;

/** A database's tables, those of the service apart from what somebody else has put beside them. */
export interface SortedTables {
  own: Table[];
  /** the others, and the service's with the columns that somebody has added */
  foreign: Table[];
  /** a migration that this version does not know: anything may be its work, so that nothing is foreign */
  newer: string | undefined;
}

/** What the migrations' statements name, by table: every column of it, and names that are none, which do no harm here. */
async function namesByTable(applied: readonly string[]): Promise<Map<string, Set<string>>> {
  const names = new Map<string, Set<string>>();
  for (const { path, migrationFile } of (await readMigrations()).migrationDirectories) {
    if (!applied.includes(path) || migrationFile.content.tag !== 'ok') continue;
    for (const [, table = '', rest = ''] of migrationFile.content.value.matchAll(STATEMENT)) {
      const named = names.get(table) ?? new Set();
      for (const [, name = ''] of rest.matchAll(/"(\w+)"/g)) named.add(name);
      names.set(table, named);
    }
  }
  return names;
}

/**
 * Tells the service's tables and columns from others: what its migrations do not make, no restoration has a place for.
 *
 * @param found the database's tables
 * @param applied the names of its migrations
 */
export async function sortTables(found: readonly Table[], applied: readonly string[]): Promise<SortedTables> {
  const known = new Set(await knownMigrations());
  const newer = applied.find((name) => !known.has(name));
  if (newer !== undefined) return { own: [...found], foreign: [], newer };
  const names = await namesByTable(applied);
  const part = (isOwn: boolean): Table[] =>
    found.flatMap(({ name, columns }) => {
      const kept = columns.filter((column) => (names.get(name)?.has(column) ?? false) === isOwn);
      return kept.length > 0 ? [{ name, columns: kept }] : [];
    });
  return { own: part(true), foreign: part(false), newer };
}
