import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { childrenOf } from '../../tests/harness/processes';

/** Two cores: one for what is measured, one for who measures it. */
export interface Cores {
  server: number;
  load: number;
}

/** The processors that this process may use (proc(5)): numbers and ranges, with commas. */
function allowed(): number[] {
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/**
 * Finds two cores to pin to.
 *
 * @returns them, or why processes run wherever the operating system puts them
 */
export function findCores(): Cores | string {
  if (process.platform !== 'linux') return 'only Linux has taskset';
  if (spawnSync('taskset', ['--version']).status !== 0) return 'there is no taskset';
  const [server, load] = allowed();
  return server === undefined || load === undefined ? 'there is one core' : { server, load };
}

/** Pins a process, its threads and its children, and so whatever they start later. @throws Error with taskset's own words */
export async function pin(pid: number, core: number): Promise<void> {
  for (const one of [pid, ...(await childrenOf(pid))]) {
    const { status, stderr } = spawnSync('taskset', ['-acp', String(core), String(one)], { encoding: 'utf8' });
    // A child may have ended meanwhile.
    if (status !== 0 && one === pid) throw new Error(`taskset: ${stderr}`);
  }
}
