import type { Run } from '../load/orders';

/** The part of the offered messages that has to be acknowledged. */
const ACKNOWLEDGED = 0.99;

/** Whether a server bore a measurement: it acknowledged what was offered, and nearly all copies came in time. */
export function holds(run: Run, p99: number): boolean {
  return (
    run.acknowledged >= run.offered * ACKNOWLEDGED &&
    run.delivery.p99 <= p99 &&
    run.missing === 0 &&
    run.lost.length === 0
  );
}

/** How the most that holds is looked for. */
export interface Search {
  /** messages a second to begin with */
  start: number;
  /** by which the rate grows, or shrinks, until the other side of the limit is found */
  factor: number;
  /** how often the interval between the two is halved, in proportions */
  refine: number;
}

/** Rates at which a search gives up: nothing that is measured here bears so little, or so much. */
const LEAST = 2;
const MOST = 200_000;

/**
 * Looks for the greatest rate that holds.
 *
 * @param measure tries a rate; null where it does not hold. A failure is tried once more: on a machine that others use too, one hiccup
 *   would end the search
 * @returns what `measure` gave for that rate, or null where none held
 */
export async function findMost<T extends object>(
  measure: (rate: number) => Promise<T | null>,
  search: Search,
): Promise<T | null> {
  const attempt = async (rate: number): Promise<T | null> => (await measure(rate)) ?? (await measure(rate));
  let rate = search.start;
  let above = rate;
  let best: T | null = await attempt(rate);
  if (best) {
    for (let next: T | null = best; next && above < MOST; next = await attempt((above = rate * search.factor))) {
      rate = above;
      best = next;
    }
  } else {
    while (!best && rate > LEAST) best = await attempt((rate = (above = rate) / search.factor));
  }
  for (let step = 0; best && step < search.refine; step++) {
    const middle = Math.sqrt(rate * above);
    const found = await attempt(middle);
    if (found) {
      rate = middle;
      best = found;
    } else above = middle;
  }
  return best;
}
