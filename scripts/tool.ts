import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { connectDatabase, disconnectDatabase } from '../lib/db';
import { borrowDatabase } from '../lib/embedded/borrow';
import { loadEnv, setEnv, type Env } from '../lib/env';
import { log } from '../lib/log';
import { migrate } from '../lib/migrations';
import { projectRoot } from '../lib/project-root';

/** The settings, for a tool: it listens on loopback, wherever the service does, and says only what went wrong. */
export function toolSettings(): Env {
  const settings = loadEnv({ ...process.env, HOST: 'localhost' });
  log.level = process.env.LOG_LEVEL ? settings.logLevel : 'error';
  return settings;
}

/**
 * Runs `work` on the migrated database that the service uses, and stops afterwards what was started for it.
 *
 * @param work is given the database's URL; `lib/db` is connected to it
 */
export async function withServiceDatabase<T>(settings: Env, work: (url: string) => Promise<T>): Promise<T> {
  const database = await borrowDatabase(settings);
  try {
    await migrate(database.url);
    setEnv(settings);
    connectDatabase(database.url);
    return await work(database.url);
  } finally {
    await disconnectDatabase();
    await database.stop();
  }
}

const manifestSchema = z.object({ version: z.string() });

/** What package.json calls this version. */
export async function applicationVersion(): Promise<string> {
  return manifestSchema.parse(JSON.parse(await readFile(join(projectRoot(), 'package.json'), 'utf8'))).version;
}

/** The file that the first argument names, if there is one: npm runs its scripts in the project, and keeps where it was called itself. */
export function fileArgument(): string | undefined {
  const named = process.argv[2];
  if (named === undefined) return undefined;
  const path = resolve(process.env.INIT_CWD ?? '.', named);
  // A slash says that a folder is meant.
  return /[/\\]$/.test(named) && !path.endsWith(sep) ? path + sep : path;
}

/** Has signals end the process in order: what lies half-written is removed, and a database that was started is stopped. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
}

/** Runs a tool to its end; what it throws is one line on standard error and exit code 1. */
export async function runTool(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${words.replace(/\s+/g, ' ').trim()}\n`);
    process.exitCode = 1;
  }
}
