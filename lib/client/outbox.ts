import type { Message } from '@/lib/contracts/entities';
import { CommandError } from './errors';
import { browserStorage, type KeyValue } from './storage';
import type { SendFailure } from './timeline';

/** A message that has been written and is not yet acknowledged. */
export interface OutboxEntry {
  clientMessageId: string;
  roomId: number;
  room: string;
  body: string;
  /** milliseconds since the epoch: the order in which they were written */
  createdAt: number;
  failure?: SendFailure;
}

export type OutboxEvent =
  | { type: 'queued'; entry: OutboxEntry }
  | { type: 'failed'; entry: OutboxEntry; failure: SendFailure }
  | { type: 'sent'; entry: OutboxEntry; message: Message }
  | { type: 'discarded'; entry: OutboxEntry };

interface Sender {
  readonly connected: boolean;
  command(
    name: 'message:send',
    input: { room: string; body: string; clientMessageId: string },
  ): Promise<{ message: Message }>;
  onConnect(handler: () => void): () => void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

function isEntry(value: unknown): value is OutboxEntry {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['clientMessageId', 'room', 'body'].every((key) => typeof Reflect.get(value, key) === 'string');
  return texts && ['roomId', 'createdAt'].every((key) => typeof Reflect.get(value, key) === 'number');
}

function parseEntry(text: string | null): OutboxEntry | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * What has been written and not yet been stored by the server. Each room's messages leave in the order they were written; a
 * message is sent again, with its own id, until the server has it or refuses it for good, so nothing doubles and nothing is lost
 * over a reload. Several tabs may send the same entry: the server stores it once.
 */
export class Outbox {
  private readonly entries = new Map<string, OutboxEntry>();
  private readonly listeners = new Set<(event: OutboxEvent) => void>();
  private readonly busy = new Set<number>();
  private readonly attempts = new Map<number, number>();
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly prefix: string;
  private stopConnect: (() => void) | undefined;

  /** @param accountId whose messages these are: another account in the same browser neither sees nor sends them */
  constructor(
    accountId: number,
    private readonly sender: Sender,
    private readonly storage: KeyValue = browserStorage,
  ) {
    this.prefix = `beseda:outbox:${accountId}:`;
  }

  /** Takes up what an earlier page left, and sends whenever there is a connection. */
  start(): void {
    for (const key of this.storage.keys(this.prefix)) {
      const entry = parseEntry(this.storage.get(key));
      if (!entry || this.entries.has(entry.clientMessageId)) continue;
      this.entries.set(entry.clientMessageId, entry);
      // A room may have been opened before: React runs a child's effects before its parent's.
      this.tell({ type: 'queued', entry });
    }
    this.stopConnect = this.sender.onConnect(() => {
      for (const roomId of new Set([...this.entries.values()].map((entry) => entry.roomId))) {
        this.attempts.delete(roomId);
        void this.flush(roomId);
      }
    });
  }

  /** Stops sending; what waits stays for the next page. */
  stop(): void {
    this.stopConnect?.();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  /** Hears what becomes of the messages. @returns a function that ends it */
  subscribe(listener: (event: OutboxEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What waits for a room, in the order it was written. */
  list(roomId: number): OutboxEntry[] {
    return [...this.entries.values()]
      .filter((entry) => entry.roomId === roomId)
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Queues a message, or one that had failed once more, and sends it as soon as can be. */
  add({ failure: _, ...entry }: OutboxEntry): void {
    this.entries.set(entry.clientMessageId, entry);
    this.storage.set(this.prefix + entry.clientMessageId, JSON.stringify(entry));
    this.tell({ type: 'queued', entry });
    void this.flush(entry.roomId);
  }

  /** Gives a message up. One that is on its way may still arrive. */
  remove(clientMessageId: string): void {
    const entry = this.forget(clientMessageId);
    if (entry) this.tell({ type: 'discarded', entry });
  }

  /** Notes that the server has it: its fact may come before its acknowledgement. */
  settle(message: Message): void {
    const entry = message.clientMessageId ? this.forget(message.clientMessageId) : undefined;
    if (entry) this.tell({ type: 'sent', entry, message });
  }

  /** Keeps a message that the server refused, with the reason, until its author decides. */
  markFailed(clientMessageId: string, failure: SendFailure): void {
    const known = this.entries.get(clientMessageId);
    if (!known) return;
    const entry = { ...known, failure };
    this.entries.set(clientMessageId, entry);
    this.storage.set(this.prefix + clientMessageId, JSON.stringify(entry));
    this.tell({ type: 'failed', entry, failure });
  }

  private forget(clientMessageId: string): OutboxEntry | undefined {
    const entry = this.entries.get(clientMessageId);
    this.entries.delete(clientMessageId);
    this.storage.remove(this.prefix + clientMessageId);
    return entry;
  }

  private tell(event: OutboxEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  private next(roomId: number): OutboxEntry | undefined {
    return this.list(roomId).find((entry) => !entry.failure);
  }

  private async flush(roomId: number): Promise<void> {
    if (this.busy.has(roomId)) return;
    this.busy.add(roomId);
    try {
      for (let entry = this.next(roomId); entry && this.sender.connected; entry = this.next(roomId)) {
        const { room, body, clientMessageId } = entry;
        try {
          const { message } = await this.sender.command('message:send', { room, body, clientMessageId });
          this.attempts.delete(roomId);
          // The acknowledgement's own id may be written in another case than ours.
          this.settle({ ...message, clientMessageId });
        } catch (error) {
          if (error instanceof CommandError && !error.transient) {
            this.markFailed(clientMessageId, { code: error.code, message: error.message });
            continue;
          }
          this.later(roomId, error instanceof CommandError ? error.retryAfterMs : undefined);
          return;
        }
      }
    } finally {
      this.busy.delete(roomId);
    }
  }

  /** Tries a room again: when the server said, else after a time that doubles; a new connection does not wait for it. */
  private later(roomId: number, retryAfterMs: number | undefined): void {
    const attempt = this.attempts.get(roomId) ?? 0;
    this.attempts.set(roomId, attempt + 1);
    clearTimeout(this.timers.get(roomId));
    const wait = retryAfterMs ?? Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS);
    this.timers.set(
      roomId,
      setTimeout(() => void this.flush(roomId), wait),
    );
  }
}
