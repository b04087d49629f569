import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../log';

/** Signals of PostgreSQL's postmaster, from polite to final, and how long (milliseconds) each may take. */
const ENDINGS = [
  { signal: 'SIGINT', wait: 5_000 },
  { signal: 'SIGQUIT', wait: 2_000 },
  { signal: 'SIGKILL', wait: 2_000 },
] as const;

/** The first line of postmaster.pid, or undefined when there is none. */
async function recordedPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : undefined;
}

/** A process's arguments: from /proc where there is one, since a bare container has no ps. */
async function argumentsOf(pid: number): Promise<string[]> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  }
  const { stdout, error } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return error ? [] : stdout.trim().split(' ');
}

/** Process ids are used again, in containers at once: only a postgres on this very folder is ours to end. */
async function isPostmaster(pid: number, folder: string): Promise<boolean> {
  const words = await argumentsOf(pid);
  return basename(words[0] ?? '') === 'postgres' && words.join(' ').includes(folder);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ends(pid: number, folder: string, wait: number): Promise<boolean> {
  const deadline = Date.now() + wait;
  while (Date.now() < deadline) {
    if (!(await isPostmaster(pid, folder))) return true;
    await sleep(20);
  }
  return false;
}

/**
 * Ends a PostgreSQL that a killed server left behind on `folder`. The caller holds the data folder's lock, so no other server can own it.
 * Its pid file is removed only when the number has come to mean another process; PostgreSQL judges all other leftovers better itself.
 */
export async function endOrphan(folder: string): Promise<void> {
  const pid = await recordedPid(folder);
  if (pid === undefined) return;
  if (!(await isPostmaster(pid, folder))) {
    if (isAlive(pid)) await rm(join(folder, 'postmaster.pid'), { force: true });
    return;
  }
  log.warn({ pid }, 'Ending the PostgreSQL that a killed server left running');
  for (const { signal, wait } of ENDINGS) {
    process.kill(pid, signal);
    if (await ends(pid, folder, wait)) return;
  }
}
