import { randomFrom } from '../chaos/load/random';

/** Choices that can be replayed. */
export interface Random {
  /** from 0 up to, not including, 1 */
  next(): number;
  /** a whole number from 0 up to, not including, `below` */
  int(below: number): number;
  /** whether something happens that does so with this probability */
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T;
}

/** FNV-1a: spreads names and numbers over the seeds of cases. */
function mix(...parts: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('/')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/**
 * The choices of one case: they depend on nothing that happened before it, so that it can be replayed alone.
 *
 * @param parts the run's seed, and whatever tells this case from others
 */
export function randomOf(...parts: (string | number)[]): Random {
  const next = randomFrom(mix(...parts));
  const int = (below: number) => Math.floor(next() * below);
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('There is nothing to pick from');
      return list[int(list.length)] as T;
    },
  };
}
