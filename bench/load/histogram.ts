/** Milliseconds of one step, and the longest that is told from longer ones. */
const STEP = 0.1;
const LONGEST = 30_000;
const STEPS = LONGEST / STEP;

/** What became of many times, in milliseconds. */
export interface Quantiles {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** How long things took, counted by the tenth of a millisecond: cheap enough for a million and a half of them a second. */
export class Histogram {
  readonly #counts = new Uint32Array(STEPS + 1);
  #count = 0;
  #max = 0;

  /** @param milliseconds below zero (a clock that is coarser than the wire) counts as none, beyond 30 s as 30 s */
  add(milliseconds: number): void {
    const step = milliseconds <= 0 ? 0 : milliseconds >= LONGEST ? STEPS : (milliseconds / STEP) | 0;
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#count++;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#max = 0;
  }

  /** @returns quantiles by nearest rank, rounded up to a step; zeros where nothing was counted */
  quantiles(): Quantiles {
    return { count: this.#count, p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: this.#max };
  }

  #quantile(part: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(this.#count * part));
    let seen = 0;
    for (let step = 0; step <= STEPS; step++) {
      seen += this.#counts[step] ?? 0;
      if (seen >= rank) return Math.min(this.#max, (step + 1) * STEP);
    }
    return this.#max;
  }
}
