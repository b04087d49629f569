import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { backUp } from '@/lib/backup/backup';
import { restore } from '@/lib/backup/restore';
import { serviceSecret } from '@/lib/data-dir';
import { loadEnv, type Env } from '@/lib/env';
import { everyRow, onDatabase } from '../../harness/archives';
import { createDataDir } from '../../harness/data-dir';
import { createDatabase, type TestDatabase } from '../../harness/database';
import { databaseUrl } from '../../harness/fresh-database';
import { fillEveryTable } from '../../harness/lived-in';

let folder: Awaited<ReturnType<typeof createDataDir>>;
let target: TestDatabase;

const serviceOn = (url: string): Env => loadEnv({ DATABASE_URL: url, DATA_DIR: folder.path });
const run = (sql: string) => onDatabase(databaseUrl(), (client) => client.query(sql));

beforeAll(async () => {
  folder = await createDataDir();
  await serviceSecret(folder.path);
  await fillEveryTable();
  target = await createDatabase(inject('adminUrl'));
});
afterAll(async () => {
  await target.drop();
  await folder.remove();
});

it('what somebody has put beside the service’s tables is named, left out, and in no restoration’s way', async () => {
  const before = await everyRow(databaseUrl());
  await run(
    `CREATE TABLE helper (id serial, note text, member text REFERENCES users (email));
     INSERT INTO helper (note, member) SELECT 'mine', email FROM users;
     ALTER TABLE chats ADD COLUMN colour text DEFAULT 'red'`,
  );
  const archive = join(folder.path, 'foreign.tar.gz');
  const { notes } = await backUp(serviceOn(databaseUrl()), '1.2.3', archive);
  expect(notes).toEqual([
    'Not in the archive, because the service did not make it: chats (colour).',
    'Not in the archive, because the service did not make it: helper (id, note, member).',
  ]);
  await restore(serviceOn(target.url), archive);
  expect(await everyRow(target.url)).toEqual(before);
});

it('of a newer version’s database everything is kept, and it is said what that means', async () => {
  await run(
    "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', '1', '29990101000000_new', now())",
  );
  const archive = join(folder.path, 'newer.tar.gz');
  const { notes, tables } = await backUp(serviceOn(databaseUrl()), '1.2.3', archive);
  expect(tables).toBe(Object.keys(await everyRow(databaseUrl())).length);
  expect(notes).toEqual(['The database is of a newer version (29990101000000_new): only that one restores this.']);
  await expect(restore(serviceOn(target.url), archive)).rejects.toThrow(/^The archive is of a newer version/);
});
