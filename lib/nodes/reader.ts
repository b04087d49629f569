import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { log } from '../log';
import { readEntry, type Entry } from './entry';
import { RETRY_MS } from './link';
import { ANSWER_MS, closeRedis, openRedis, within, type RedisClient } from './redis';
import { STREAM } from './sender';

/** Milliseconds that Redis holds a question back while there is nothing new. */
const BLOCK_MS = 1_000;
/** Entries in one answer: to take more at once would hold up the event loop. */
const MOST = 50;
/** Before every entry. */
const BEGINNING = '0-0';

const answerSchema = z
  .array(z.object({ messages: z.array(z.object({ id: z.string(), message: z.unknown() })) }))
  .nullable();

/** What is done with what comes. */
export interface Ears {
  take: (entry: Entry) => void;
  /** Redis is out of reach, and was not before */
  onLost: (error: unknown) => void;
  /** it can be read (again); what was said meanwhile may be gone */
  onBack: () => void;
}

/** Whether one id of a stream comes before another: milliseconds, then a number. */
function isBefore(a: string, b: string): boolean {
  const [[aTime = 0, aNumber = 0], [bTime = 0, bNumber = 0]] = [a.split('-').map(Number), b.split('-').map(Number)];
  return aTime === bTime ? aNumber < bNumber : aTime < bTime;
}

async function lastIdOf(client: RedisClient): Promise<string> {
  const last = await within(client.xRevRange(STREAM, '+', '-', { COUNT: 1 }), ANSWER_MS);
  return last?.[0]?.id ?? BEGINNING;
}

/** Reads the stream from where it ended when this began, on a connection of its own. */
export class Reader {
  readonly #url: string;
  readonly #ears: Ears;
  readonly #stop = new AbortController();
  #client: RedisClient | undefined;
  #last: string | undefined;
  /** undefined until the first attempt */
  #isThere: boolean | undefined;

  constructor(url: string, ears: Ears) {
    this.#url = url;
    this.#ears = ears;
  }

  /** Whether the stream can be read just now. */
  get isConnected(): boolean {
    return this.#isThere === true;
  }

  /**
   * Begins. What is written from the moment on when this settles is read, however long this process is held up before it reads.
   *
   * @returns once it knows where the stream ends, or that Redis is out of reach
   */
  begin(): Promise<void> {
    return new Promise((resolve) => void this.#run(resolve));
  }

  close(): void {
    this.#stop.abort();
    if (this.#client) closeRedis(this.#client);
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(begun: () => void): Promise<void> {
    while (!this.#isOver()) {
      try {
        const client = (this.#client = await openRedis(this.#url));
        this.#last ??= await lastIdOf(client);
        if (this.#isThere !== true) this.#ears.onBack();
        this.#isThere = true;
        begun();
        while (!this.#isOver()) await this.#read(client, this.#last);
      } catch (error) {
        if (!this.#isOver() && this.#isThere !== false) this.#ears.onLost(error);
        this.#isThere = false;
      }
      begun();
      if (this.#client) closeRedis(this.#client);
      await sleep(RETRY_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    }
  }

  async #read(client: RedisClient, last: string): Promise<void> {
    const streams = await within(
      client.xRead({ key: STREAM, id: last }, { BLOCK: BLOCK_MS, COUNT: MOST }),
      BLOCK_MS + ANSWER_MS,
    );
    const [stream] = answerSchema.parse(streams) ?? [];
    if (!stream) return this.#lookBack(client, last);
    for (const { id, message } of stream.messages) {
      this.#last = id;
      this.#take(message);
    }
  }

  #take(message: unknown): void {
    try {
      this.#ears.take(readEntry(message));
    } catch (error) {
      log.warn({ err: error }, 'An entry of the stream in Redis cannot be used');
    }
  }

  /**
   * A Redis that was emptied, on a machine whose clock went back, numbers its entries below those that were read; one that came back from an
   * old file too. What it holds is the past: it must not be told again.
   */
  async #lookBack(client: RedisClient, last: string): Promise<void> {
    const end = await lastIdOf(client);
    if (!isBefore(end, last)) return;
    this.#last = end;
    this.#ears.onBack();
  }
}
