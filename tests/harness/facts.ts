/** What a server told a client by itself: its name, and what came with it. */
export interface Fact {
  name: string;
  payload: Record<string, unknown>;
  /** milliseconds of `performance.now()` */
  at: number;
}

/** Milliseconds that a fact may take: generous, because small machines run many tests at once. */
const PATIENCE = 8_000;

/** Everything that one connection was told, in order, and a way to wait for more. */
export class FactLog {
  readonly all: Fact[] = [];
  readonly #waiting = new Set<() => void>();

  add(name: string, payload: Record<string, unknown>): void {
    this.all.push({ name, payload, at: performance.now() });
    for (const look of [...this.#waiting]) look();
  }

  /** The payloads of one kind, so far. */
  of(name: string): Record<string, unknown>[] {
    return this.all.filter((fact) => fact.name === name).map((fact) => fact.payload);
  }

  /**
   * Waits until something was told; what was told before counts.
   *
   * @throws Error with all that was told instead, when it does not come
   */
  wait(name: string, matches: (payload: Record<string, unknown>) => boolean = () => true, patience = PATIENCE) {
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      const look = () => {
        const found = this.all.find((fact) => fact.name === name && matches(fact.payload));
        if (!found) return;
        stop();
        resolve(found.payload);
      };
      const late = setTimeout(() => {
        stop();
        const told = this.all.map((fact) => `${fact.name} ${JSON.stringify(fact.payload).slice(0, 200)}`);
        reject(new Error(`No ${name} within ${patience} ms; told were:\n${told.join('\n')}`));
      }, patience);
      const stop = () => {
        clearTimeout(late);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
