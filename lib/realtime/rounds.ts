/** Into how many parts a period is cut. */
const PARTS = 25;

/** Something that is done to each member, `after` so many milliseconds of its turn (less than the period). */
export interface Stop<T> {
  after: number;
  visit: (member: T) => void;
}

/**
 * Visits each of many once in a period, spread over it, with one timer for all: ten thousand pings in one go would hold up
 * everything else. A member's first turn comes a period after it was added.
 */
export class Rounds<T> {
  readonly #slots = Array.from({ length: PARTS }, () => new Set<T>());
  readonly #places = new Map<T, Set<T>>();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;

  /**
   * @param period milliseconds
   * @param stops what happens at and after each member's turn; must not throw
   */
  constructor(period: number, stops: readonly Stop<T>[]) {
    const part = period / PARTS;
    this.#timer = setInterval(() => {
      this.#turn = (this.#turn + 1) % PARTS;
      for (const { after, visit } of stops) {
        const delay = Math.ceil(after / part);
        for (const member of this.#slot(this.#turn - delay)) visit(member);
      }
    }, part);
    this.#timer.unref();
  }

  add(member: T): void {
    const slot = this.#slot(this.#turn);
    slot.add(member);
    this.#places.set(member, slot);
  }

  delete(member: T): void {
    this.#places.get(member)?.delete(member);
    this.#places.delete(member);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #slot(turn: number): Set<T> {
    const slot = this.#slots[(turn + PARTS) % PARTS];
    if (!slot) throw new RangeError(`There is no turn ${turn}`);
    return slot;
  }
}
