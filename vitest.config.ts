import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { nginxVersion } from './tests/harness/nginx-version.mjs';

const alias = { '@': import.meta.dirname };
const harness = join(import.meta.dirname, 'tests/harness');

/** Projects that work on PostgreSQL: one server for all, one database a file. */
const onDatabase = {
  globalSetup: [join(harness, 'global-setup.ts')],
  setupFiles: [join(harness, 'fresh-database.ts')],
  hookTimeout: 60_000,
};

const projects: TestProjectInlineConfiguration[] = [
  {
    resolve: { alias },
    test: {
      name: 'unit',
      include: ['{lib,components,app,messages,bench,tests/chaos,tests/fuzz}/**/*.test.{ts,tsx}'],
      // Hashing takes its time where other work has the cores.
      testTimeout: 30_000,
    },
  },
  {
    resolve: { alias },
    test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], testTimeout: 30_000, ...onDatabase },
  },
  {
    resolve: { alias },
    // The contract once more, with nginx in front.
    test: {
      name: 'nginx',
      include: nginxVersion() ? ['tests/integration/contract/**/*.test.ts'] : [],
      env: { TEST_BEHIND_NGINX: '1' },
      testTimeout: 30_000,
      ...onDatabase,
    },
  },
  {
    resolve: { alias },
    // One browser at a time: two starve each other on a small machine, and what is measured then is the machine.
    test: {
      name: 'e2e',
      include: ['tests/e2e/**/*.test.ts'],
      testTimeout: 90_000,
      fileParallelism: false,
      expect: { poll: { timeout: 10_000 } },
      ...onDatabase,
      hookTimeout: 120_000,
    },
  },
];

export default defineConfig({ test: { projects } });
