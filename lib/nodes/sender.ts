import type { BusEvent } from '../bus';
import type { Link } from './link';
import { ANSWER_MS, within } from './redis';

/** The one stream of all nodes that share a Redis database. */
export const STREAM = 'beseda:events';
/** Milliseconds for which it keeps what was said. Who is further behind asks the database. */
const KEPT_MS = 20_000;
/** Characters that wait while Redis is slow; beyond it all of them are thrown away, which the others see by the numbers. */
const MOST_WAITING = 4 * 1024 * 1024;

/** Milliseconds that the last words may take. */
const CLOSE_MS = 500;

/** Writes what is published here into the stream: what comes while one entry is on its way goes together in the next. */
export class Sender {
  readonly #link: Link;
  readonly #node: string;
  #waiting: string[] = [];
  #size = 0;
  #count = 0;
  #busy = false;
  /** when Redis took the last entry, by its own clock: the first half of the entry's id */
  #taken = 0;

  /** @param node this one's id */
  constructor(link: Link, node: string) {
    this.#link = link;
    this.#node = node;
  }

  /** Tells the other nodes. Never throws, never waits: what cannot be told is thrown away. */
  send(event: BusEvent): void {
    const text = JSON.stringify(event);
    this.#waiting.push(text);
    this.#size += text.length;
    if (this.#size > MOST_WAITING) this.#discard();
    void this.#flush();
  }

  /** Tells the other nodes that this one is there, and by its number how much it has said. */
  beat(): void {
    void this.#flush(true);
  }

  /** Settles once nothing waits any more, or after a moment. */
  async close(): Promise<void> {
    const until = performance.now() + CLOSE_MS;
    while (this.#busy && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  #discard(): void {
    this.#count++;
    this.#waiting = [];
    this.#size = 0;
  }

  async #flush(evenNothing = false): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    // What one turn of the loop publishes goes together.
    await new Promise(setImmediate);
    let must = evenNothing;
    while (this.#waiting.length > 0 || must) {
      must = false;
      await this.#write();
    }
    this.#busy = false;
  }

  async #write(): Promise<void> {
    const { client } = this.#link;
    if (!client) {
      this.#discard();
      return;
    }
    const entry = { node: this.#node, n: String(++this.#count), events: `[${this.#waiting.join(',')}]` };
    this.#waiting = [];
    this.#size = 0;
    const oldest = Math.max(0, this.#taken - KEPT_MS);
    const trim = { TRIM: { strategy: 'MINID', strategyModifier: '~', threshold: oldest } } as const;
    try {
      this.#taken = Number.parseInt(await within(client.xAdd(STREAM, '*', entry, trim), ANSWER_MS), 10);
    } catch {
      this.#link.drop(client);
    }
  }
}
