import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { MigrationError, migrate, NO_FILTERS, readDatamodel, readMigrations } from '@/lib/migrations';
import { withSchemaEngine } from '@/lib/schema-engine';
import { createDatabase } from '../harness/database';
import { databaseUrl } from '../harness/fresh-database';

async function onEmptyDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const database = await createDatabase(inject('adminUrl'));
  try {
    return await work(database.url);
  } finally {
    await database.drop();
  }
}

const allNames = async () => (await readMigrations()).migrationDirectories.map(({ path }) => path);

describe('migrate', () => {
  it('applies everything once, and nothing the second time', async () => {
    await onEmptyDatabase(async (url) => {
      expect(await migrate(url)).toEqual(await allNames());
      expect(await migrate(url)).toEqual([]);
    });
  });

  it('tells of a migration that was left half-done, also when all others are applied', async () => {
    await onEmptyDatabase(async (url) => {
      const names = await migrate(url);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = $1', [names.at(-1)]);
      await client.end();
      await expect(migrate(url)).rejects.toThrow(String(names.at(-1)));
    });
  });

  it('applies everything once when several nodes start together', async () => {
    await onEmptyDatabase(async (url) => {
      const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
      expect(applied.flat()).toEqual(await allNames());
    });
  });

  it('leaves nothing between the migrations and the schema', async () => {
    const [datamodel, migrations] = await Promise.all([readDatamodel(), readMigrations()]);
    expect(migrations.migrationDirectories.length).toBeGreaterThan(0);
    const { stdout } = await withSchemaEngine(databaseUrl(), datamodel, (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', files: [{ path: 'schema.prisma', content: datamodel }], configDir: '.' },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: datamodel }] },
        script: true,
        exitCode: null,
        filters: NO_FILTERS,
      }),
    );
    expect(stdout).toMatch(/empty migration/i);
  });

  it('tells of a migration that fails in one line with its name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'beseda-migrations-'));
    try {
      await mkdir(join(folder, '20260101000000_broken'));
      await writeFile(join(folder, '20260101000000_broken/migration.sql'), 'CREATE TABLE nonsense (');
      await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');
      await onEmptyDatabase(async (url) => {
        const failure = await migrate(url, folder).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(MigrationError);
        expect(String(failure)).toContain('20260101000000_broken');
        expect(String(failure)).not.toContain('\n');
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
