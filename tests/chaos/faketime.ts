import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where distributions put it; LIBFAKETIME names another place. */
const PLACES = [
  process.env.LIBFAKETIME ?? '',
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
];

/** libfaketime, which shifts the calendar of a program that was not written for it; undefined where there is none. */
export function findFaketime(): string | undefined {
  return PLACES.find((path) => path !== '' && existsSync(path));
}

/** The file that shifts PostgreSQL's clock, in the data folder. */
export function postgresClockFile(dataDir: string): string {
  return join(dataDir, 'postgres-clock');
}

/** Sets PostgreSQL's clock. @param seconds from the real time */
export async function shiftPostgresClock(dataDir: string, seconds: number): Promise<void> {
  const path = postgresClockFile(dataDir);
  await writeFile(path, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  await chmod(path, 0o644);
}

/**
 * Writes a program that runs another one under libfaketime.
 *
 * @returns its path
 */
export async function underFaketime(library: string, program: string, dataDir: string): Promise<string> {
  const path = join(dataDir, 'postgres-under-faketime');
  const lines = [
    '#!/bin/sh',
    `export LD_PRELOAD='${library}' FAKETIME_TIMESTAMP_FILE='${postgresClockFile(dataDir)}' FAKETIME_NO_CACHE=1`,
    // What counts time goes on as it did, as on a machine whose clock is set.
    'export FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1',
    `exec '${program}' "$@"`,
  ];
  await shiftPostgresClock(dataDir, 0);
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o755);
  return path;
}
