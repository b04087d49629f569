import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { readTables } from '@/lib/backup/tables';
import { tarEnd, tarEntries, tarEntry, type Entry } from '@/lib/backup/tar';

/** An archive's files. */
export async function readArchive(path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const stream = Readable.from([gunzipSync(await readFile(path))]);
  for await (const entry of tarEntries(stream, () => Infinity)) entries.push(entry);
  return entries;
}

/**
 * Writes an archive anew with something changed.
 *
 * @param change gives a file's new content
 * @param honest whether the sums are made to fit, as somebody would who knows how
 */
export async function rewriteArchive(
  from: string,
  to: string,
  change: (name: string, content: string) => string,
  honest: boolean,
): Promise<void> {
  const entries = (await readArchive(from)).map(({ name, content }) => {
    const before = content.toString();
    const after = change(name, before);
    return { name, content: after === before ? content : Buffer.from(after) };
  });
  const sums = entries.at(-1);
  if (honest && sums) {
    const lines = entries
      .slice(0, -1)
      .map(({ name, content }) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
    sums.content = Buffer.from(lines.join(''));
  }
  await writeFile(to, gzipSync(Buffer.concat([...entries.flatMap((entry) => tarEntry(entry, new Date())), tarEnd()])));
}

/** Runs `work` on a connection of its own. */
export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Every row of every table, as PostgreSQL itself writes it down, by table. */
export function everyRow(url: string): Promise<Record<string, string[]>> {
  return onDatabase(url, async (client) => {
    await client.query("SET timezone = 'UTC'");
    const rows: Record<string, string[]> = {};
    for (const { name } of await readTables(client)) {
      const found = await client.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t ORDER BY 1`);
      rows[name] = found.rows.map(({ row }) => row);
    }
    return rows;
  });
}
