import { afterAll, beforeAll, inject } from 'vitest';
import { connectDatabase, disconnectDatabase } from '@/lib/db';
import { closePasswords } from '@/lib/auth/passwords';
import { loadEnv, setEnv } from '@/lib/env';
import { log } from '@/lib/log';
import { createDatabase, type TestDatabase } from './database';
import { TEST_SETTINGS } from './settings';

let database: TestDatabase | undefined;

/** The URL of this test file's own database: migrated, and empty at the file's beginning. */
export function databaseUrl(): string {
  if (!database) throw new Error('The test database is made before the first test of a file');
  return database.url;
}

// Also runs as a setup file: every test file finds the domain connected to a database of its own.
beforeAll(async () => {
  log.level = process.env.LOG_LEVEL ?? 'silent';
  database = await createDatabase(inject('adminUrl'), inject('template'));
  setEnv(loadEnv({ ...TEST_SETTINGS, DATABASE_URL: database.url }));
  connectDatabase(database.url);
});

afterAll(async () => {
  await disconnectDatabase();
  await closePasswords();
  await database?.drop();
});
