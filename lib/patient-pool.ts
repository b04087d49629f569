import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isReturning } from './db-errors';
import { PATIENCE_MS } from './outlasting';

/** Milliseconds between two knocks at its door. */
const KNOCK_MS = 100;

type Callback = Parameters<pg.Pool['connect']>[0];

/**
 * A pool that outlasts a restart of its database: who asks for a connection while none can be made waits for a moment. One of
 * them knocks for all, so that a thousand callers are not a thousand attempts.
 */
export class PatientPool extends pg.Pool {
  #knocking: Promise<void> | undefined;

  constructor(settings: pg.PoolConfig) {
    super(settings);
    // The pool listens to idle clients, and a caller to theirs; in between, while a promise resolves, nobody would, and a
    // connection that is lost just then would end the process.
    this.on('connect', (client) => client.on('error', () => undefined));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    const made = this.#connect();
    if (!callback) return made;
    made.then(
      (client) => callback(undefined, client, (destroy?: boolean | Error) => client.release(destroy)),
      (error: unknown) =>
        callback(error instanceof Error ? error : new Error(String(error)), undefined, () => undefined),
    );
    return undefined;
  }

  async #connect(): Promise<pg.PoolClient> {
    const giveUp = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await super.connect();
      } catch (error) {
        const left = giveUp - performance.now();
        if (!isReturning(error) || left <= 0) throw error;
        this.#knocking ??= this.#knock().finally(() => (this.#knocking = undefined));
        await Promise.race([this.#knocking, sleep(left, undefined, { ref: false })]);
      }
    }
  }

  async #knock(): Promise<void> {
    const giveUp = performance.now() + PATIENCE_MS;
    while (performance.now() < giveUp && !this.ending) {
      await sleep(KNOCK_MS);
      const client = await super.connect().catch(() => undefined);
      if (client) return void client.release();
    }
  }
}
