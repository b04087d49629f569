/** Milliseconds: longer ones count as this. */
const LONGEST = 60_000;

/** How long things took, counted by the millisecond: quantiles of millions of values in little memory, and counts that add up. */
export class Latencies {
  readonly #counts: Uint32Array;
  #total = 0;

  /** @param counts of another process, as {@link Latencies.counts} gave them */
  constructor(counts?: readonly [milliseconds: number, count: number][]) {
    this.#counts = new Uint32Array(LONGEST + 1);
    if (counts) this.merge(counts);
  }

  /** @param milliseconds negative ones, from clocks that were set meanwhile, count as none */
  add(milliseconds: number): void {
    const at = Math.min(LONGEST, Math.max(0, Math.round(milliseconds)));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#total++;
  }

  merge(counts: readonly [milliseconds: number, count: number][]): void {
    for (const [at, count] of counts) {
      this.#counts[at] = (this.#counts[at] ?? 0) + count;
      this.#total += count;
    }
  }

  get total(): number {
    return this.#total;
  }

  /** What was counted, for another process to add up: pairs of milliseconds and how often. */
  counts(): [milliseconds: number, count: number][] {
    const result: [number, number][] = [];
    this.#counts.forEach((count, at) => {
      if (count > 0) result.push([at, count]);
    });
    return result;
  }

  /**
   * The value that a part of all does not exceed (nearest rank).
   *
   * @param part 0 to 1
   * @returns milliseconds; 0 where nothing was counted
   */
  quantile(part: number): number {
    const rank = Math.max(1, Math.ceil(this.#total * part));
    let seen = 0;
    for (let at = 0; at <= LONGEST; at++) {
      seen += this.#counts[at] ?? 0;
      if (seen >= rank && seen > 0) return at;
    }
    return 0;
  }
}
