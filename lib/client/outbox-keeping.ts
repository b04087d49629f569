import type { KeptEntry, OutboxEntry } from './outbox-entry';
import { isKept, type OutboxQueue, type QueuedEntry } from './outbox-queue';
import type { OutboxStore } from './outbox-store';
import { createStore } from './store';

/** What the browser keeps of a tab's outbox. Where its store fails, what the tab itself knows counts: nobody is kept from sending. */
export class OutboxKeeping {
  /** whether something is kept in memory alone, because the browser does not keep it: it would go with the page */
  readonly losable = createStore(false);
  readonly #store: OutboxStore;
  readonly #queue: OutboxQueue;
  /** the entries of which the store has not taken the present version */
  readonly #unwritten = new Set<string>();

  constructor(store: OutboxStore, queue: OutboxQueue) {
    this.#store = store;
    this.#queue = queue;
  }

  /**
   * Makes the queue what is kept.
   *
   * @returns the rooms in which that changed something: none when the store cannot be read
   */
  async reread(): Promise<ReadonlySet<number>> {
    const before = this.#queue.snapshot();
    let kept: KeptEntry[];
    try {
      kept = await this.#store.load();
    } catch {
      // What is known here stays; what is kept is taken up by the next page that can read it.
      return new Set();
    }
    const changed = this.#queue.takeUp(kept, before, (id) => this.#unwritten.has(id));
    for (const id of this.#unwritten) if (!this.#queue.get(id)) this.#unwritten.delete(id);
    return changed;
  }

  /** Keeps an entry behind all others. @returns its order */
  async add(entry: OutboxEntry): Promise<number> {
    const order = await this.#store.add(entry);
    this.#look();
    return order;
  }

  /** Keeps another version of an entry, here at least: else what is tried again would never leave, and what is refused for ever. */
  async update(entry: KeptEntry): Promise<void> {
    const { clientMessageId } = entry;
    try {
      await this.#store.update(entry);
      this.#unwritten.delete(clientMessageId);
    } catch {
      if (this.#queue.get(clientMessageId)) this.#unwritten.add(clientMessageId);
    }
  }

  /** Keeps no longer what has left the queue. */
  async drop(entry: QueuedEntry | undefined): Promise<void> {
    if (!entry) return;
    this.#unwritten.delete(entry.clientMessageId);
    if (isKept(entry)) await this.#store.remove(entry.order).catch(() => undefined);
    this.#look();
  }

  /** The first entry of a room that is to be sent. */
  async next(roomId: number): Promise<KeptEntry | undefined> {
    if (this.#unwritten.size === 0) {
      try {
        // From the store, because another tab may have written what comes first, and not told it yet.
        const entry = await this.#store.next(roomId);
        if (entry === undefined || !this.#queue.isOver(entry.clientMessageId)) return entry;
      } catch {
        // It can no longer be read.
      }
    }
    return this.#queue
      .of(roomId)
      .filter(isKept)
      .find((entry) => !entry.failure);
  }

  close(): void {
    this.#store.close();
  }

  #look(): void {
    this.losable.set(this.#store.losable());
  }
}
