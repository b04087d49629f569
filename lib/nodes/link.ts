import { setTimeout as sleep } from 'node:timers/promises';
import { closeRedis, endOf, openRedis, type RedisClient } from './redis';

/** Milliseconds between two attempts to reach Redis. */
export const RETRY_MS = 500;

/** A connection to Redis for commands that are answered at once, made anew whenever it is lost. */
export class Link {
  readonly #url: string;
  readonly #stop = new AbortController();
  #client: RedisClient | undefined;

  constructor(url: string) {
    this.#url = url;
    void this.#keep();
  }

  /** The connection; undefined while there is none. */
  get client(): RedisClient | undefined {
    return this.#client?.isReady ? this.#client : undefined;
  }

  /** Gives up a connection on which an answer did not come: another is made. */
  drop(client: RedisClient): void {
    closeRedis(client);
  }

  close(): void {
    this.#stop.abort();
    if (this.#client) closeRedis(this.#client);
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  async #keep(): Promise<void> {
    while (!this.#isOver()) {
      try {
        const client = await openRedis(this.#url);
        this.#client = client;
        if (this.#isOver()) closeRedis(client);
        await endOf(client);
        closeRedis(client);
      } catch {
        // That Redis is away is told by whoever reads from it.
      }
      await sleep(RETRY_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    }
  }
}
