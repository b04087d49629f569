import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @returns the parent of a process, or undefined when there is no such process */
async function parentOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): the name stands in parentheses and may hold any character; then come the state and the parent.
  const parent = Number(/^\d+ \(.*\) \S (\d+)/s.exec(text)?.[1]);
  return Number.isInteger(parent) ? parent : undefined;
}

/** The children of a process, as `/proc` knows them. */
export async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(parentOf));
  return pids.filter((_, index) => parents[index] === pid);
}

/** Sends a signal to a process that may be gone already. @returns whether it was there */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Sends a signal to a process and its children. */
export async function signalTree(pid: number, name: NodeJS.Signals): Promise<void> {
  const children = await childrenOf(pid);
  for (const each of [pid, ...children]) signal(each, name);
}

/** The postmaster that runs on a folder of PostgreSQL's, if any: the number in its file may have come to mean another process. */
export function postmasterOf(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(folder, 'postmaster.pid'), 'utf8'), 10);
    return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ? pid : undefined;
  } catch {
    return undefined;
  }
}
