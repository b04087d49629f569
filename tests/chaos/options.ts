import { parseArgs } from 'node:util';
import { FAULTS } from './faults/all';

/** What the command line asks for. */
export interface Options {
  mode: 'quick' | 'full' | 'mutations' | 'nodes' | 'storm' | 'stalled' | 'soak';
  seed: number;
  only: string[] | undefined;
  /** milliseconds of a soak, and how it was written */
  durationMs: number | undefined;
  duration: string | undefined;
  /** whether each fault is told as it happens */
  verbose: boolean;
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** @returns milliseconds @throws Error when it is no length of time such as `2h`, `20m`, `90s` */
export function readDuration(text: string): number {
  const found = /^(\d+)(s|m|h)$/.exec(text);
  if (!found) throw new Error(`"${text}" is no length of time: write 2h, 20m or 90s`);
  return Number(found[1]) * (UNITS[found[2] ?? ''] ?? 0);
}

/** @throws Error in one line for what cannot be understood */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      mutations: { type: 'boolean' },
      nodes: { type: 'boolean' },
      storm: { type: 'boolean' },
      stalled: { type: 'boolean' },
      soak: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      verbose: { type: 'boolean' },
    },
  });
  const modes = (['quick', 'full', 'mutations', 'nodes', 'storm', 'stalled', 'soak'] as const).filter(
    (mode) => values[mode] !== undefined,
  );
  if (modes.length > 1) throw new Error(`Choose one of ${modes.map((mode) => `--${mode}`).join(', ')}`);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed takes a whole number');
  const only = values.only?.split(',').map((name) => name.trim());
  const unknown = only?.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) {
    throw new Error(`There is no fault "${unknown}": choose from ${FAULTS.map(({ name }) => name).join(', ')}`);
  }
  return {
    mode: modes[0] ?? 'quick',
    seed,
    only,
    durationMs: values.soak === undefined ? undefined : readDuration(values.soak),
    duration: values.soak,
    verbose: values.verbose ?? false,
  };
}
