import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import type { Cores } from '../machine/pinning';
import type { Options } from '../options';
import type { Results } from './results';

/** The system's load averages, as people read them. */
export const loads = (): string =>
  loadavg()
    .map((load) => load.toFixed(2))
    .join(' ');

/** Where processes run, as people read it. */
export const places = (cores: Cores | string): string =>
  typeof cores === 'string'
    ? `Nothing is pinned to a core: ${cores}.`
    : `Servers and PostgreSQL are pinned to core ${cores.server}, the load generator to core ${cores.load}.`;

/** Under which circumstances something was measured. */
interface Circumstances {
  cores: Cores | string;
  load: { before: string; after: string };
}

/** Writes everything that was measured where `--json` says, if it does. */
export async function writeFigures(options: Options, results: Results, circumstances: Circumstances): Promise<void> {
  if (options.json === undefined) return;
  const { figures, correctness, notes } = results;
  const { rounds, seconds, quick } = options;
  const told = { node: process.version, ...circumstances, rounds, seconds, quick, figures, correctness, notes };
  await writeFile(options.json, `${JSON.stringify(told, null, 2)}\n`);
}
