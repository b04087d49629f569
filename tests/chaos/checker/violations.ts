/**
 * The ways in which the promise can be broken.
 *
 * - `lost`: acknowledged, but not stored so
 * - `doubled`: one message of a client stored, numbered or told twice
 * - `reordered`: a sender's messages, or a room's changes, in another order, or with a gap
 * - `phantom`: stored or seen, but never sent; or seen, but not stored
 * - `unseen`: stored, but a reader who has caught up does not have it
 * - `leaked`: seen, or written, by somebody who may not
 */
export const KINDS = ['lost', 'doubled', 'reordered', 'phantom', 'unseen', 'leaked'] as const;
export type Kind = (typeof KINDS)[number];

/** Examples of each kind that are kept. */
const EXAMPLES = 20;

/** What was found wrong: counted, with the first examples of each kind. */
export class Violations {
  readonly #counts = new Map<Kind, number>();
  readonly #examples = new Map<Kind, string[]>();

  /** Adds one. @param detail one line: where, and what */
  add(kind: Kind, detail: string): void {
    this.#counts.set(kind, this.count(kind) + 1);
    const examples = this.#examples.get(kind) ?? [];
    if (examples.length < EXAMPLES) examples.push(detail);
    this.#examples.set(kind, examples);
  }

  count(kind: Kind): number {
    return this.#counts.get(kind) ?? 0;
  }

  get total(): number {
    return KINDS.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  /** The kinds that occurred. */
  get kinds(): Kind[] {
    return KINDS.filter((kind) => this.count(kind) > 0);
  }

  examples(kind: Kind): readonly string[] {
    return this.#examples.get(kind) ?? [];
  }

  /** Takes over another's. */
  merge(other: Violations): void {
    for (const kind of other.kinds) {
      this.#counts.set(kind, this.count(kind) + other.count(kind));
      this.#examples.set(kind, [...this.examples(kind), ...other.examples(kind)].slice(0, EXAMPLES));
    }
  }
}
