import pg from 'pg';
import { readDatamodel } from '../migrations';

/** Where the schema engine keeps which migrations were applied: the one table that an archive does not hold. */
const MIGRATIONS = '_prisma_migrations';

/** A table of the application and its columns, those left out that PostgreSQL computes. */
export interface Table {
  name: string;
  columns: string[];
}

/** A sequence and the last number that it gave; null before the first. */
export interface Sequence {
  name: string;
  last: string | null;
}

const quoted = (name: string) => pg.escapeIdentifier(name);

/** A table and its columns, as COPY takes them. */
export function copyList({ name, columns }: Table): string {
  return `${quoted(name)} (${columns.map(quoted).join(', ')})`;
}

/** The database's tables by name, without those of extensions and of the schema engine. */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> $1
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     GROUP BY c.relname ORDER BY c.relname`,
    [MIGRATIONS],
  );
  return rows;
}

/** Locks tables for the rest of the transaction. */
export async function lockTables(client: pg.Client, tables: readonly Table[], mode: string): Promise<void> {
  if (tables.length === 0) return;
  await client.query(`LOCK TABLE ${tables.map(({ name }) => quoted(name)).join(', ')} IN ${mode} MODE`);
}

/** The first table that holds a row, if any does. */
export async function findOccupied(client: pg.Client, tables: readonly Table[]): Promise<string | undefined> {
  for (const { name } of tables) {
    const { rowCount } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    if (rowCount) return name;
  }
  return undefined;
}

/** The database's sequences by name. */
export async function readSequences(client: pg.Client): Promise<Sequence[]> {
  const { rows } = await client.query<Sequence>(
    `SELECT sequencename::text AS name, last_value::text AS last FROM pg_sequences
     WHERE schemaname = current_schema() ORDER BY sequencename`,
  );
  return rows;
}

/** Has the sequences go on where they were; one that is not here belonged to something that somebody had added. */
export async function setSequences(client: pg.Client, sequences: readonly Sequence[]): Promise<void> {
  for (const { name, last } of sequences) {
    if (last !== null) await client.query('SELECT setval(to_regclass($1), $2)', [quoted(name), last]);
  }
}

/**
 * Runs `load` while no foreign key is looked at, so that tables may come in any order; then all are checked, each in one go.
 *
 * @throws whatever `load` throws; PostgreSQL's error when a row refers to one that is not there
 */
export async function withoutForeignKeys(client: pg.Client, load: () => Promise<void>): Promise<void> {
  const { rows: keys } = await client.query<{ place: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS place, conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
  );
  for (const { place, name } of keys) await client.query(`ALTER TABLE ${place} DROP CONSTRAINT ${quoted(name)}`);
  await load();
  for (const { place, name, definition } of keys) {
    await client.query(`ALTER TABLE ${place} ADD CONSTRAINT ${quoted(name)} ${definition}`);
  }
}

/** Takes this version's tables and types away, so that an older version's can be made. They must be empty. */
export async function dropTables(client: pg.Client): Promise<void> {
  const names = [...(await readDatamodel()).matchAll(/@@map\("(\w+)"\)/g)].map(([, name = '']) => name);
  const { rows } = await client.query<{ name: string; kind: string }>(
    `SELECT relname AS name, 'TABLE' AS kind FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname = ANY($1)
     UNION ALL SELECT typname, 'TYPE' FROM pg_type
     WHERE typnamespace = current_schema()::regnamespace AND typtype = 'e' AND typname = ANY($1)`,
    [[...names, MIGRATIONS]],
  );
  const drop = (kind: string) => {
    const found = rows.filter((row) => row.kind === kind).map(({ name }) => quoted(name));
    return found.length > 0 ? `DROP ${kind} ${found.join(', ')};` : '';
  };
  // One message without parameters: PostgreSQL makes it one transaction.
  await client.query(`${drop('TABLE')} ${drop('TYPE')}`);
}
