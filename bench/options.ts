import { parseArgs } from 'node:util';

/** What `messages` is made of, and `growth`. */
export const SCENARIOS = [
  ...(['cost', 'room', 'latency', 'pages', 'rooms', 'overload'] as const),
  ...(['history', 'all-rooms', 'own-rooms', 'members'] as const),
];
export type Scenario = (typeof SCENARIOS)[number];

/** How much is measured. */
export interface Options {
  /** how often every subject has its turn */
  rounds: number;
  /** how long one measurement sends */
  seconds: number;
  /** only these scenarios; undefined: all */
  only: Scenario[] | undefined;
  /** only subjects whose names contain one of these; undefined: all */
  subjects: string[] | undefined;
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

function scenario(name: string): Scenario {
  const found = SCENARIOS.find((each) => each === name);
  if (found) return found;
  throw new Error(`There is no scenario ${JSON.stringify(name)}: choose from ${SCENARIOS.join(', ')}`);
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
      subject: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const { quick, only, subject: subjects, json } = values;
  const rounds = Math.ceil(positive('rounds', values.rounds, quick ? 1 : 3));
  const seconds = positive('seconds', values.seconds, quick ? 2 : 5);
  return { names: positionals, options: { rounds, seconds, only: only?.map(scenario), subjects, quick, json } };
}
