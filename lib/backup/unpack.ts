import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorCode, StartError } from '../start-error';
import { MANIFEST_FILE, readManifest, SECRET_FILE, SUMS_FILE, type Manifest } from './manifest';
import { countRows } from './pack';
import { tarEntries } from './tar';

const PART_NAME = /^tables\/(.+)\/\d{6,}\.copy$/;
/** Bytes of a file, which is read into memory as a whole. Ours are far smaller: a part has 4 MB and a row, the others some kilobytes. */
const LARGEST_PART = 2 ** 28;
const LARGEST_OTHER = 2 ** 24;

/** What an archive holds besides rows. */
export interface Unpacked {
  manifest: Manifest;
  secret: string | undefined;
}

/** Takes a part of a table's rows, which come in order, a table after the other. */
export type TakeRows = (table: string, rows: Buffer) => Promise<void>;

/** @throws StartError when there is no such file in an archive */
function largest(name: string): number {
  if (PART_NAME.test(name)) return LARGEST_PART;
  if ([MANIFEST_FILE, SECRET_FILE, SUMS_FILE].includes(name)) return LARGEST_OTHER;
  throw new StartError(`The archive is damaged, or no backup of Beseda: it holds ${JSON.stringify(name)}.`);
}

function explain(error: unknown): unknown {
  const code = errorCode(error);
  if (code.startsWith('Z_')) return new StartError('The archive is truncated or damaged: it is no whole tar.gz.');
  if (code === 'EISDIR') return new StartError('The archive is a folder: name the file.');
  return error;
}

function check(manifest: Manifest, rows: ReadonlyMap<string, number>): void {
  for (const table of manifest.tables) {
    const found = rows.get(table.name) ?? 0;
    if (found !== table.rows) {
      throw new StartError(`The archive is damaged: of ${table.rows} rows of ${table.name} it holds ${found}.`);
    }
  }
  const unknown = [...rows.keys()].find((name) => !manifest.tables.some((table) => table.name === name));
  if (unknown !== undefined) throw new StartError(`The archive is damaged: its manifest knows no table ${unknown}.`);
}

/**
 * Reads an archive from its beginning to its end, and checks it all.
 *
 * @param take is given the rows on the way: whether the archive is whole is known only once this has resolved
 * @throws StartError when it is truncated, damaged, of a newer layout, or no backup; whatever `take` throws
 */
export async function unpack(file: FileHandle, take: TakeRows = () => Promise.resolve()): Promise<Unpacked> {
  const found = new Map<string, Buffer>();
  const rows = new Map<string, number>();
  const sums: string[] = [];
  const stream = createGunzip();
  // What goes wrong comes out of the stream's end.
  pipeline(file.createReadStream({ start: 0, autoClose: false }), stream, () => undefined);
  try {
    for await (const { name, content } of tarEntries(stream, largest)) {
      if (found.has(SUMS_FILE)) throw new StartError(`The archive is damaged: something follows ${SUMS_FILE}.`);
      const table = PART_NAME.exec(name)?.[1];
      if (name !== SUMS_FILE) sums.push(`${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
      if (table === undefined) {
        found.set(name, content);
        continue;
      }
      rows.set(table, (rows.get(table) ?? 0) + countRows(content));
      await take(table, content);
    }
  } catch (error) {
    throw explain(error);
  } finally {
    stream.destroy();
  }
  const text = (name: string) => found.get(name)?.toString();
  const told = text(SUMS_FILE);
  const manifestText = text(MANIFEST_FILE);
  if (told === undefined || manifestText === undefined) throw new StartError('The archive is no backup of Beseda.');
  if (told !== sums.join('')) throw new StartError(`The archive is damaged: its files are not those of ${SUMS_FILE}.`);
  const manifest = readManifest(manifestText);
  check(manifest, rows);
  return { manifest, secret: text(SECRET_FILE)?.trim() };
}
