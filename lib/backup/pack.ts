import { createHash } from 'node:crypto';
import type pg from 'pg';
import { copyOut } from './copy';
import { MANIFEST_FILE, SECRET_FILE, SUMS_FILE, writeManifest, type ArchivedTable, type Manifest } from './manifest';
import { copyList, type Table } from './tables';
import { tarEnd, tarEntry } from './tar';

/** Bytes from which on a table goes on in another file: an archive wants to know a file's length before its content. */
const PART = 4 * 2 ** 20;

/** Every row in COPY's text format ends with a line break, and none has one within (PostgreSQL's manual, COPY). */
export function countRows(text: Buffer): number {
  let rows = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) rows++;
  return rows;
}

/** What goes into an archive. */
export interface Contents {
  /** in the midst of the transaction that is to be kept */
  client: pg.Client;
  tables: readonly Table[];
  /** the content of the service's own secret file, if it has one */
  secret: string | undefined;
  about: Omit<Manifest, 'application' | 'format' | 'tables'>;
}

async function* parts(client: pg.Client, table: Table): AsyncGenerator<Buffer> {
  let rows: Buffer[] = [];
  let bytes = 0;
  for await (const row of copyOut(client, `COPY ${copyList(table)} TO STDOUT`) as AsyncIterable<Buffer>) {
    rows.push(row);
    bytes += row.length;
    if (bytes < PART) continue;
    yield Buffer.concat(rows);
    rows = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(rows);
}

/**
 * Makes an archive, piece by piece: the secret, every table, the manifest, and the sums of all of these.
 *
 * @param done is told what was written
 * @throws PostgreSQL's own error
 */
export async function* pack(
  { client, tables, secret, about }: Contents,
  done: (tables: ArchivedTable[]) => void,
): AsyncGenerator<Buffer> {
  const modified = new Date(about.createdAt);
  const sums: string[] = [];
  const entry = (name: string, content: Buffer): Buffer[] => {
    sums.push(`${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
    return tarEntry({ name, content }, modified);
  };
  if (secret !== undefined) yield* entry(SECRET_FILE, Buffer.from(`${secret}\n`));
  const written: ArchivedTable[] = [];
  for (const table of tables) {
    let rows = 0;
    let part = 0;
    for await (const content of parts(client, table)) {
      rows += countRows(content);
      yield* entry(`tables/${table.name}/${String(part++).padStart(6, '0')}.copy`, content);
    }
    written.push({ ...table, rows });
  }
  yield* entry(MANIFEST_FILE, writeManifest({ ...about, tables: written }));
  yield* tarEntry({ name: SUMS_FILE, content: Buffer.from(sums.join('')) }, modified);
  yield tarEnd();
  done(written);
}
