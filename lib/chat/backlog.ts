/**
 * Milliseconds that what waits may take to be stored; the rest of the half second that a sender should ever wait is the way there and back.
 * With 60 a room of a thousand bore a tenth less, with 100 some waited longer at three times of what is borne.
 */
const MOST_MS = 75;
/** How much one batch weighs against all before it. */
const WEIGHT = 0.2;
/** Milliseconds that a full batch is taken to need before one was seen: more than it does, so that nobody is let wait on a guess. */
const FIRST_GUESS_MS = 25;

/**
 * How long what waits to be stored will take, by how long full batches took of late. Whoever comes when that is too long is better told at
 * once than left in a line that only grows.
 */
export class Backlog {
  readonly #batch: number;
  #average = FIRST_GUESS_MS;

  /** @param batch jobs of a full batch */
  constructor(batch: number) {
    this.#batch = batch;
  }

  /** Notes a batch that was stored and told. Small ones say nothing of what many would take. @param took milliseconds */
  note(jobs: number, took: number): void {
    if (jobs >= this.#batch / 2) this.#average += WEIGHT * ((took * this.#batch) / jobs - this.#average);
  }

  /**
   * Whether another job would wait too long.
   *
   * @param waiting jobs in line
   * @returns milliseconds until it is worth trying again, or null where there is room; a full batch always finds some
   */
  retryAfter(waiting: number): number | null {
    const wait = (waiting / this.#batch) * this.#average;
    return waiting > this.#batch && wait > MOST_MS ? Math.ceil(wait) : null;
  }
}
