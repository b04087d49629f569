import { FAULTS } from './faults/all';
import type { Fault } from './faults/fault';
import { randomFrom } from './load/random';
import type { WorldKind } from './world';

/** One fault that is going to happen. */
export interface Planned {
  fault: Fault;
  /** milliseconds of peace before it */
  gap: number;
  /** seed of what it chooses */
  seed: number;
}

/** Which faults, of which length. */
export interface PlanOptions {
  seed: number;
  length: 'quick' | 'full';
  /** names; undefined for all */
  only: readonly string[] | undefined;
}

/** Milliseconds of peace between two faults: at least, and how much more at most. */
const GAP = { quick: [50, 300], full: [200, 1_000] } as const;

/**
 * What goes wrong in a world, and when: the same for the same seed.
 *
 * @returns the faults in their order
 */
export function planOf(kind: WorldKind, { seed, length, only }: PlanOptions): Planned[] {
  const random = randomFrom(seed * 31 + kind.length);
  const planned = FAULTS.filter(({ name }) => only?.includes(name) ?? true).flatMap((fault) =>
    Array.from({ length: fault[length][kind] ?? 0 }, () => fault),
  );
  // Fisher and Yates.
  for (let index = planned.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const [a, b] = [planned[index], planned[other]];
    if (a && b) [planned[index], planned[other]] = [b, a];
  }
  const [least, more] = GAP[length];
  return planned.map((fault) => ({ fault, gap: least + random() * more, seed: Math.floor(random() * 2 ** 31) }));
}
