import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../lib/embedded';
import { migrate } from '../../lib/migrations';
import { buildAll, isFresh } from '../../scripts/build.mjs';
import { createDataDir } from './data-dir';
import { createDatabase } from './database';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a database on the test server whose user may make others */
    adminUrl: string;
    /** name of the migrated database that each test file gets a copy of */
    template: string;
  }
}

interface Ground {
  adminUrl: string;
  template: string;
  end: () => Promise<void>;
}

/** All projects share one PostgreSQL: they are set up in one process, but each with a copy of this module of its own. */
const shared = globalThis as typeof globalThis & { besedaGround?: { ground: Promise<Ground>; users: number } };

async function prepare(): Promise<Ground> {
  process.env.LOG_LEVEL ??= 'warn';
  if (!process.env.TEST_SKIP_BUILD && !isFresh()) await buildAll();
  const given = process.env.TEST_DATABASE_URL;
  const dataDir = given ? undefined : await createDataDir();
  const embedded = dataDir ? await startEmbedded(dataDir.path) : undefined;
  const adminUrl = given ?? embedded?.url ?? '';
  const template = await createDatabase(adminUrl);
  await migrate(template.url);
  return {
    adminUrl,
    template: new URL(template.url).pathname.slice(1),
    async end() {
      await template.drop();
      await embedded?.stop();
      await dataDir?.remove();
    },
  };
}

/** Starts ONE PostgreSQL for all test files (or uses TEST_DATABASE_URL), with a migrated template, and builds what is stale. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const house = (shared.besedaGround ??= { ground: prepare(), users: 0 });
  house.users++;
  const { adminUrl, template, end } = await house.ground;
  project.provide('adminUrl', adminUrl);
  project.provide('template', template);
  return async () => {
    if (--house.users === 0) await end();
  };
}
