import { access, readFile } from 'node:fs/promises';
import { childrenOf } from '../../tests/harness/processes';

/** Clock ticks a second in `/proc`: USER_HZ, which is 100 wherever Node.js runs on Linux. */
const TICKS = 100;

/** Fields of `/proc/PID/stat` behind the process's name (proc(5)): utime, stime, and the two of children that were waited for. */
async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

/**
 * What a process, all its threads and its children have used.
 *
 * @returns seconds of processor time; 0 where there is no `/proc`
 */
export async function cpuSeconds(pid: number): Promise<number> {
  const pids = [pid, ...(await childrenOf(pid))];
  const ticks = await Promise.all(pids.map(ticksOf));
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS;
}

/** Resident memory of a process, in kB; 0 where there is no `/proc`. */
export async function residentKilobytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
}

/** Whether this machine tells what processes use. */
export function hasProc(): Promise<boolean> {
  return access('/proc/self/stat').then(
    () => true,
    () => false,
  );
}
