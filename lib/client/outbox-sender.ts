import type { Message } from '@/lib/contracts/entities';
import { CommandError, type ClientErrorCode } from './errors';
import type { KeptEntry } from './outbox-entry';
import type { OutboxTabs } from './outbox-tabs';
import type { SendFailure } from './pending';

/** The connection, as sending uses it. */
export interface Sender {
  readonly connected: boolean;
  command(
    name: 'message:send',
    input: { room: string; body: string; clientMessageId: string },
  ): Promise<{ message: Message }>;
  /** the present name of a room; throws CommandError as sending to it would */
  locate(roomId: number, lastName: string): Promise<string>;
  onConnect(handler: () => void): () => void;
  onDisconnect(handler: () => void): () => void;
}

interface Work {
  /** the first entry of the room that is to be sent */
  next(roomId: number): Promise<KeptEntry | undefined>;
  stored(entry: KeptEntry, message: Message): Promise<void>;
  refused(entry: KeptEntry, failure: SendFailure): Promise<void>;
}

/** The service's own words for "never". Anything else passes, or comes from something between here and the service. */
const FINAL: readonly ClientErrorCode[] = [
  'forbidden',
  'not_found',
  'unprocessable',
  'bad_request',
  'too_large',
  'conflict',
];

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** So much later than told, at most: whoever was told the same must not come back in the same instant. */
const JITTER = 0.25;

interface Pause {
  /** the server named the time: a new connection does not shorten it */
  told: boolean;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Sends what waits, room by room: one message after the other, because of two that are under way the first might be refused for the
 * moment and the second taken. Of several tabs one sends at a time. It holds the room's lock only while it has a connection and
 * something to send, and not while it waits to try again: a tab that the browser has put to sleep must not keep the others waiting.
 */
export class OutboxSender {
  readonly #sender: Sender;
  readonly #tabs: OutboxTabs;
  readonly #work: Work;
  readonly #active = new Map<number, AbortController>();
  readonly #again = new Set<number>();
  readonly #attempts = new Map<number, number>();
  readonly #pauses = new Map<number, Pause>();

  constructor(sender: Sender, tabs: OutboxTabs, work: Work) {
    this.#sender = sender;
    this.#tabs = tabs;
    this.#work = work;
  }

  /** Sends what waits for a room, unless that is under way or to be waited with. */
  flush(roomId: number): void {
    if (!this.#sender.connected || this.#pauses.has(roomId)) return;
    if (this.#active.has(roomId)) this.#again.add(roomId);
    else void this.#run(roomId);
  }

  /** A new connection: nothing that went wrong with the last one counts. */
  connected(): void {
    this.#attempts.clear();
    for (const [roomId, pause] of this.#pauses) if (!pause.told) this.#unpause(roomId);
  }

  /** Without a connection nobody is kept waiting for this tab. */
  disconnected(): void {
    for (const waiting of this.#active.values()) waiting.abort();
  }

  /** Waits with a room until then (milliseconds since the epoch); told by the server, here or to another tab. */
  pause(roomId: number, until: number, told: boolean): void {
    this.#unpause(roomId);
    const timer = setTimeout(
      () => {
        this.#pauses.delete(roomId);
        this.flush(roomId);
      },
      Math.max(until - Date.now(), 0),
    );
    this.#pauses.set(roomId, { told, timer });
  }

  stop(): void {
    this.disconnected();
    for (const roomId of [...this.#pauses.keys()]) this.#unpause(roomId);
  }

  #unpause(roomId: number): void {
    clearTimeout(this.#pauses.get(roomId)?.timer);
    this.#pauses.delete(roomId);
  }

  async #run(roomId: number): Promise<void> {
    const waiting = new AbortController();
    this.#active.set(roomId, waiting);
    try {
      await this.#tabs.alone(roomId, waiting.signal, () => this.#drain(roomId, waiting.signal));
    } finally {
      this.#active.delete(roomId);
      if (this.#again.delete(roomId)) this.flush(roomId);
    }
  }

  async #drain(roomId: number, signal: AbortSignal): Promise<void> {
    while (this.#sender.connected && !signal.aborted && !this.#pauses.has(roomId)) {
      const entry = await this.#work.next(roomId);
      if (!entry) return;
      const { clientMessageId, body } = entry;
      try {
        const room = await this.#sender.locate(roomId, entry.room);
        const { message } = await this.#sender.command('message:send', { room, body, clientMessageId });
        this.#attempts.delete(roomId);
        // The acknowledgement's own id may be written in another case than ours.
        await this.#work.stored(entry, { ...message, clientMessageId });
      } catch (error) {
        if (error instanceof CommandError && FINAL.includes(error.code)) {
          await this.#work.refused(entry, { code: error.code, message: error.message });
        } else this.#later(roomId, error instanceof CommandError ? error.retryAfterMs : undefined);
      }
    }
  }

  /** Tries a room again: when the server said, for all tabs, else after a time that doubles. */
  #later(roomId: number, retryAfterMs: number | undefined): void {
    const attempt = this.#attempts.get(roomId) ?? 0;
    this.#attempts.set(roomId, attempt + 1);
    const wait = retryAfterMs ?? Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS);
    const until = Date.now() + wait * (1 + Math.random() * JITTER);
    this.pause(roomId, until, retryAfterMs !== undefined);
    if (retryAfterMs !== undefined) this.#tabs.tell({ type: 'paused', roomId, until });
  }
}
