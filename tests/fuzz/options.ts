import { parseArgs } from 'node:util';
import { KIND_NAMES, type KindName } from './kind';

/** What the command line asks for. */
export interface Options {
  length: 'quick' | 'full';
  seed: number;
  only: KindName | undefined;
  /** the one case to replay */
  index: number | undefined;
}

function whole(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
}

/** @throws Error in one line for what cannot be understood */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      seed: { type: 'string' },
      only: { type: 'string' },
      case: { type: 'string' },
    },
  });
  if (values.quick && values.full) throw new Error('Choose one of --quick, --full');
  const only = KIND_NAMES.find((name) => name === values.only);
  if (values.only !== undefined && only === undefined) {
    throw new Error(`There is no kind "${values.only}": choose from ${KIND_NAMES.join(', ')}`);
  }
  const index = whole('case', values.case);
  if (index !== undefined && only === undefined) throw new Error('--case needs --only');
  return {
    length: values.full ? 'full' : 'quick',
    seed: whole('seed', values.seed) ?? Math.floor(Math.random() * 1_000_000),
    only,
    index,
  };
}
