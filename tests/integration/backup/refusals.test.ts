import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, inject, it } from 'vitest';
import { backUp } from '@/lib/backup/backup';
import { restore } from '@/lib/backup/restore';
import { readTables } from '@/lib/backup/tables';
import { serviceSecret } from '@/lib/data-dir';
import { loadEnv, type Env } from '@/lib/env';
import { appliedMigrations, knownMigrations, migrate } from '@/lib/migrations';
import { everyRow, onDatabase, rewriteArchive } from '../../harness/archives';
import { createDataDir } from '../../harness/data-dir';
import { createDatabase, type TestDatabase } from '../../harness/database';
import { databaseUrl } from '../../harness/fresh-database';
import { fillEveryTable } from '../../harness/lived-in';

let folder: Awaited<ReturnType<typeof createDataDir>>;
let whole: string;
let changed: string;
let target: TestDatabase;

/** A service on a database, whose data folder keeps its secret. */
const serviceOn = (url: string, more: Record<string, string> = {}): Env =>
  loadEnv({ DATABASE_URL: url, DATA_DIR: folder.path, ...more });

beforeAll(async () => {
  folder = await createDataDir();
  await serviceSecret(folder.path);
  await fillEveryTable();
  whole = join(folder.path, 'whole.tar.gz');
  changed = join(folder.path, 'changed.tar.gz');
  await backUp(serviceOn(databaseUrl()), '1.2.3', whole);
});
afterAll(() => folder.remove());
beforeEach(async () => {
  target = await createDatabase(inject('adminUrl'));
});
afterEach(() => target.drop());

async function expectUntouched(words: RegExp, file = changed): Promise<void> {
  await expect(restore(serviceOn(target.url), file)).rejects.toThrow(words);
  expect(await onDatabase(target.url, readTables)).toEqual([]);
}

describe('an archive that is not what it was is refused before anything is touched', () => {
  it.each([0, 1, 8, 600, 100_000])('without its last %i bytes', async (bytes) => {
    await copyFile(whole, changed);
    const { length } = await readFile(whole);
    await truncate(changed, bytes === 0 ? 0 : length - bytes);
    await expectUntouched(/^The archive is truncated or damaged/);
  });

  it('with one byte changed', async () => {
    const bytes = await readFile(whole);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(changed, bytes);
    await expectUntouched(/damaged/);
  });

  it('with one letter of a message changed', async () => {
    await rewriteArchive(whole, changed, (_, text) => text.replace('left behind', 'left beside'), false);
    await expectUntouched(/^The archive is damaged: its files are not those of SHA256SUMS/);
  });

  it('with a message taken out', async () => {
    const without = (_: string, text: string) => text.replace(/^.*left behind.*\n/m, '');
    await rewriteArchive(whole, changed, without, true);
    await expectUntouched(/^The archive is damaged: of \d+ rows of messages it holds \d+/);
  });

  it('of a newer version', async () => {
    const migration = '29990101000000_of_the_future';
    const newer = (name: string, text: string) =>
      name === 'manifest.json' ? text.replace('"migrations": [', `"migrations": ["${migration}",`) : text;
    await rewriteArchive(whole, changed, newer, true);
    await expectUntouched(
      /^The archive is of a newer version of Beseda \(1\.2\.3, with the migration 29990101000000_of/,
    );
    await rewriteArchive(whole, changed, (_, text) => text.replace('"format": 1', '"format": 2'), true);
    await expectUntouched(/^The archive is of a newer version of Beseda \(format 2/);
  });

  it('that is something else', async () => {
    await writeFile(changed, 'not an archive');
    await expectUntouched(/^The archive is truncated or damaged/);
    await expectUntouched(/cannot be read \(ENOENT\)/, join(folder.path, 'nowhere.tar.gz'));
  });
});

describe('a database that is not empty', () => {
  it('keeps its accounts', async () => {
    await restore(serviceOn(target.url), whole);
    const before = await everyRow(target.url);
    await expect(restore(serviceOn(target.url), whole)).rejects.toThrow(
      'The database holds accounts already, and nothing is overwritten: make an empty database, and set DATABASE_URL to it.',
    );
    expect(await everyRow(target.url)).toEqual(before);
  });

  it('is not filled while a service is connected to it', async () => {
    const service = new pg.Client({ connectionString: target.url, application_name: 'beseda' });
    await service.connect();
    await expectUntouched(/^A service is connected to this database: stop it first/, whole);
    await service.end();
  });
});

it('a row that refers to nothing undoes everything', async () => {
  const orphan = (name: string, text: string) =>
    name.startsWith('tables/former_names/') ? text.replace(/\d+\n$/, '987654\n') : text;
  await rewriteArchive(whole, changed, orphan, true);
  await expect(restore(serviceOn(target.url), changed)).rejects.toThrow(/former_names_room_id_fkey/);
  expect(Object.values(await everyRow(target.url)).flat()).toEqual([]);
  await restore(serviceOn(target.url), whole);
  expect(await everyRow(target.url)).toEqual(await everyRow(databaseUrl()));
});

describe('an archive of an older version', () => {
  let older: TestDatabase;
  let archive: string;
  const OLD = new Set<string>();

  beforeAll(async () => {
    for (const name of (await knownMigrations()).slice(0, 3)) OLD.add(name);
    older = await createDatabase(inject('adminUrl'));
    await migrate(older.url, undefined, OLD);
    await onDatabase(older.url, (client) =>
      client.query(
        `INSERT INTO users (email, username, username_skeleton, hashed_password) VALUES ('a@example.org', 'a', 'a', 'x');
         INSERT INTO password_resets (token_hash, user_id, expires_at) VALUES ('hash', 1, now())`,
      ),
    );
    archive = join(folder.path, 'older.tar.gz');
    await backUp(serviceOn(older.url), '0.0.9', archive);
  });
  afterAll(() => older.drop());

  it.each(['that is new', 'that a newer version has prepared'])(
    'goes into a database %s, and is migrated',
    async (kind) => {
      if (kind !== 'that is new') await migrate(target.url);
      await restore(serviceOn(target.url), archive);
      const names = (await onDatabase(target.url, appliedMigrations)).map(({ name }) => name);
      expect(names).toEqual(await knownMigrations());
      const rows = await everyRow(target.url);
      expect(rows.users).toEqual((await everyRow(older.url)).users);
      expect(rows.password_resets).toEqual(
        (await everyRow(older.url)).password_resets?.map((row) => row.replace(/\)$/, ',f)')),
      );
    },
  );
});

describe('the secret', () => {
  it('of another service is not replaced', async () => {
    const other = await createDataDir();
    try {
      const secret = await serviceSecret(other.path);
      const settings = { ...serviceOn(target.url), dataDir: other.path };
      await expect(restore(settings, whole)).rejects.toThrow(/may be another service's/);
      expect(await serviceSecret(other.path)).toBe(secret);
      expect(await onDatabase(target.url, readTables)).toEqual([]);
    } finally {
      await other.remove();
    }
  });

  it('in the settings is told apart from the one of the archive', async () => {
    const settings = serviceOn(target.url, { NEXTAUTH_SECRET: 'a secret of somebody else, long enough' });
    const { sessions } = await restore(settings, whole);
    expect(sessions).toMatch(/everybody has to sign in again, unless you set NEXTAUTH_SECRET_PREVIOUS/);
  });
});
