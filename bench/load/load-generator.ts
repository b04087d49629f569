import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import {
  CONNECTED_SCHEMA,
  RUN_SCHEMA,
  type Connected,
  type ConnectOrder,
  type Order,
  type Run,
  type RunOrder,
} from './orders';

const ROOT = join(import.meta.dirname, '../..');
const replySchema = z.object({ id: z.number(), result: z.unknown() });

/** A load generator in a process of its own, from its parent's side. */
export class LoadGenerator {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #orders = 0;

  constructor() {
    // A young generation that holds what a second of load leaves: otherwise collecting it is what is measured.
    this.#child = fork(join(import.meta.dirname, 'generator.ts'), [], {
      cwd: ROOT,
      execArgv: ['--max-semi-space-size=64', '--import', 'tsx'],
    });
    this.#child.on('message', (message) => {
      const { id, result } = replySchema.parse(message);
      this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The load generator ended with ${code}`));
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws Error when the load generator has ended */
  async connect(order: Omit<ConnectOrder, 'name'>): Promise<Connected> {
    return CONNECTED_SCHEMA.parse(await this.#order({ name: 'connect', ...order }));
  }

  /** Waits until what follows a thousand arrivals has been told. @throws Error when the load generator has ended */
  async quiet(): Promise<void> {
    await this.#order({ name: 'quiet' });
  }

  /** @throws Error when the load generator has ended */
  async run(order: Omit<RunOrder, 'name'>): Promise<Run> {
    return RUN_SCHEMA.parse(await this.#order({ name: 'run', ...order }));
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #order(order: Order): Promise<unknown> {
    const id = ++this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, order });
    });
  }
}
