import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { readMigrations } from '@/lib/migrations';
import { createDatabase } from '../../harness/database';
import { startRedis } from '../../harness/redis';
import { startServer } from '../../harness/server';
import { canTest } from './stage';

describe.skipIf(!canTest)('three nodes that start at once', () => {
  it('migrate an empty database once, and all serve', { timeout: 90_000 }, async () => {
    const database = await createDatabase(inject('adminUrl'));
    const redis = await startRedis();
    const start = () => startServer({ database: database.url, env: { REDIS_URL: redis.url } });
    const started = await Promise.allSettled([start(), start(), start()]);
    const nodes = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    try {
      expect(started.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
      for (const { url } of nodes) expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
      expect(nodes.filter((node) => node.logs().includes('The database was migrated'))).toHaveLength(1);
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      const { rows } = await client.query<{ name: string }>(
        'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1',
      );
      await client.end();
      expect(rows.map(({ name }) => name)).toEqual(
        (await readMigrations()).migrationDirectories.map(({ path }) => path),
      );
    } finally {
      await Promise.all(nodes.map((node) => node.stop()));
      await redis.stop();
      await database.drop();
    }
  });
});
