import { beforeAll, describe, expect, it } from 'vitest';
import { disconnectDatabase } from '@/lib/db';
import { runMutant } from '../chaos/mutation-run';
import { MUTATIONS } from '../chaos/mutations';

/** Milliseconds for one server with its own PostgreSQL, from nothing to the comparison. */
const ENOUGH = 90_000;

/** In a few seconds of a machine that is busy with other things it may be chance whether what is broken shows itself. */
const SEEDS = [1, 2, 3, 4];

describe('the proof of `npm run chaos` can fail', () => {
  // Each of these worlds has a database of its own.
  beforeAll(disconnectDatabase);

  it(
    'finds nothing where nothing is broken',
    async () => {
      const violations = await runMutant(1, null);
      expect(violations.kinds.flatMap((kind) => violations.examples(kind))).toEqual([]);
    },
    ENOUGH,
  );

  it.each(MUTATIONS)(
    'finds $expected with: $name',
    async (mutation) => {
      let kinds: string[] = [];
      for (const seed of SEEDS) {
        ({ kinds } = await runMutant(seed, mutation));
        if (kinds.includes(mutation.expected)) break;
      }
      expect(kinds).toContain(mutation.expected);
    },
    ENOUGH,
  );
});
