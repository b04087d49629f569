import { parseArgs } from 'node:util';

/** How much is measured. */
export interface Options {
  /** how often every subject has its turn */
  rounds: number;
  /** how long one measurement sends */
  seconds: number;
  /** only these scenarios; undefined: all */
  only: string[] | undefined;
  /** fewer connections, and a coarser search for the most that a server bears */
  quick: boolean;
  /** where the figures go beside the tables */
  json: string | undefined;
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} is a number above zero, not ${JSON.stringify(text)}`);
}

/**
 * Reads the command line.
 *
 * @returns the measurements asked for, none meaning all, and how they are taken
 * @throws Error in one line for an option that is unknown or makes no sense
 */
export function readOptions(args: string[]): { names: string[]; options: Options } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const { quick, only, json } = values;
  const rounds = Math.ceil(positive('rounds', values.rounds, quick ? 1 : 3));
  const seconds = positive('seconds', values.seconds, quick ? 2 : 5);
  return { names: positionals, options: { rounds, seconds, only, quick, json } };
}
