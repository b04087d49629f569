import type { Message } from '@/lib/contracts/entities';
import type { KeptEntry, OutboxEntry } from './outbox-entry';
import { OutboxQueue, type QueuedEntry } from './outbox-queue';
import { OutboxSender, type Sender } from './outbox-sender';
import type { OutboxStore } from './outbox-store';
import type { OutboxTabs, TabNews } from './outbox-tabs';
import type { SendFailure } from './pending';
import { createStore } from './store';

export type OutboxEvent =
  | { type: 'queued'; roomId: number; entry: OutboxEntry }
  /** more than one entry, or their order: read the list */
  | { type: 'changed'; roomId: number }
  | { type: 'failed'; roomId: number; clientMessageId: string; failure: SendFailure }
  | { type: 'sent'; roomId: number; message: Message }
  | { type: 'discarded'; roomId: number; clientMessageId: string };

/** A tab that wrote an entry sends it itself, if it can; after this long the others try. Milliseconds. */
const COURTESY_MS = 1_000;

const isKept = (entry: QueuedEntry): entry is KeptEntry => entry.order !== null;

/**
 * What has been written and not yet been stored by the server, the same in every tab of an account. Each room's messages leave in the
 * order they were written; a message is sent again, with its own id, until the server has it or refuses it for good, so nothing
 * doubles, and nothing is lost over a reload or a crash.
 */
export class Outbox {
  /** how many wait to be sent; those that were refused wait for their author and do not count */
  readonly waiting = createStore(0);
  /** what was refused for good, in all rooms */
  readonly refused = createStore<readonly OutboxEntry[]>([]);
  readonly #store: OutboxStore;
  readonly #tabs: OutboxTabs;
  readonly #connection: Sender;
  readonly #sender: OutboxSender;
  readonly #queue = new OutboxQueue();
  /** what is sent or given up, though a slow store or another tab may still speak of it */
  readonly #over = new Set<string>();
  readonly #listeners = new Set<(event: OutboxEvent) => void>();
  #stops: (() => void)[] = [];
  #courtesy: ReturnType<typeof setTimeout> | undefined;

  /** @param store the account's own: another account in the same browser neither sees nor sends what is in it */
  constructor(sender: Sender, store: OutboxStore, tabs: OutboxTabs) {
    this.#store = store;
    this.#tabs = tabs;
    this.#connection = sender;
    this.#sender = new OutboxSender(sender, tabs, {
      next: (roomId) => this.#next(roomId),
      stored: (entry, message) => this.#stored(entry, message),
      refused: (entry, failure) => this.#refused(entry, failure),
    });
  }

  /** Takes up what earlier pages and other tabs left, and sends whenever there is a connection. */
  start(): void {
    this.#stops = [
      this.#tabs.listen((news) => this.#hear(news)),
      this.#connection.onConnect(() => {
        this.#sender.connected();
        this.#flushAll();
      }),
      this.#connection.onDisconnect(() => this.#sender.disconnected()),
    ];
    void this.reread();
  }

  /** Stops sending; what waits stays for the next page. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    clearTimeout(this.#courtesy);
    this.#courtesy = undefined;
    this.#sender.stop();
    this.#store.close();
  }

  /** Hears what becomes of the messages. @returns a function that ends it */
  subscribe(listener: (event: OutboxEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What waits for a room, refused or not, in the order it was written. */
  list(roomId: number): readonly OutboxEntry[] {
    return this.#queue.of(roomId);
  }

  /** Queues a message: it is shown at once, kept at once, and sent as soon as it is kept and there is a connection. */
  add(entry: OutboxEntry): void {
    this.#put({ ...entry, order: null });
    this.#tell({ type: 'queued', roomId: entry.roomId, entry });
    void this.#keep(entry);
  }

  /** Sends a message again that was refused. @param room its room's name, if that is known to be another by now */
  retry(clientMessageId: string, room?: string): void {
    const known = this.#queue.get(clientMessageId);
    if (!known?.failure) return;
    const { failure: _, ...entry } = { ...known, ...(room === undefined ? {} : { room }) };
    this.#put(entry);
    this.#tell({ type: 'queued', roomId: entry.roomId, entry });
    if (!isKept(entry)) return;
    this.#tabs.tell({ type: 'queued', entry });
    void this.#store
      .update(entry)
      .catch(() => undefined)
      .then(() => this.#sender.flush(entry.roomId));
  }

  /** Gives a message up. One that is on its way may still arrive. */
  remove(clientMessageId: string): void {
    const entry = this.#leave(clientMessageId, ({ roomId }) => ({ type: 'discarded', roomId, clientMessageId }));
    if (!entry) return;
    this.#tabs.tell({ type: 'discarded', clientMessageId });
    if (isKept(entry)) void this.#store.remove(entry.order).catch(() => undefined);
  }

  /** Notes that the server has it: its fact may come before its acknowledgement. */
  settle(message: Message): void {
    const { clientMessageId } = message;
    if (!clientMessageId) return;
    const entry = this.#leave(clientMessageId, ({ roomId }) => ({ type: 'sent', roomId, message }));
    if (!entry) return;
    this.#tabs.tell({ type: 'sent', clientMessageId, message });
    if (isKept(entry)) void this.#store.remove(entry.order).catch(() => undefined);
  }

  /** Whether something is kept in memory alone, because the browser keeps nothing: it would go with the page. */
  losable(): boolean {
    return this.#store.losable();
  }

  /** Compares with what is kept: what other tabs told while this one was asleep is lost. */
  async reread(): Promise<void> {
    let kept: KeptEntry[];
    try {
      kept = await this.#store.load();
    } catch {
      // What is known here stays; what is kept is taken up by the next page that can read it.
      return;
    }
    const orders = new Set(kept.map(({ order }) => order));
    const changed = new Set<number>();
    for (const entry of this.#queue.all()) {
      // One without an order is being written.
      if (entry.order === null || orders.has(entry.order)) continue;
      this.#queue.remove(entry.clientMessageId);
      changed.add(entry.roomId);
    }
    for (const entry of kept) {
      if (this.#over.has(entry.clientMessageId)) continue;
      const known = this.#queue.get(entry.clientMessageId);
      if (known?.order === entry.order && known.failure?.code === entry.failure?.code) continue;
      this.#queue.put(entry);
      changed.add(entry.roomId);
    }
    this.#count();
    for (const roomId of changed) this.#tell({ type: 'changed', roomId });
    this.#flushAll();
  }

  async #keep(entry: OutboxEntry): Promise<void> {
    const order = await this.#store.add(entry);
    const known = this.#queue.get(entry.clientMessageId);
    // Given up before it was kept.
    if (!known) return this.#store.remove(order).catch(() => undefined);
    const kept = { ...known, order };
    const { index, before } = this.#put(kept);
    // Another tab's came before it.
    if (index !== before) this.#tell({ type: 'changed', roomId: entry.roomId });
    // What only this page's memory holds, no other tab can send.
    if (Number.isInteger(order)) this.#tabs.tell({ type: 'queued', entry: kept });
    this.#sender.flush(entry.roomId);
  }

  #hear(news: TabNews): void {
    switch (news.type) {
      case 'sent': {
        const { clientMessageId, message } = news;
        this.#leave(clientMessageId, ({ roomId }) => ({ type: 'sent', roomId, message }));
        break;
      }
      case 'discarded': {
        const { clientMessageId } = news;
        this.#leave(clientMessageId, ({ roomId }) => ({ type: 'discarded', roomId, clientMessageId }));
        break;
      }
      case 'failed':
        if (!this.#over.has(news.entry.clientMessageId)) this.#fail(news.entry);
        break;
      case 'paused':
        this.#sender.pause(news.roomId, news.until, true);
        break;
      case 'queued':
        this.#takeOver(news.entry);
    }
  }

  /** What another tab has written is this tab's too. */
  #takeOver(entry: KeptEntry): void {
    const { clientMessageId, roomId } = entry;
    if (this.#over.has(clientMessageId)) return;

    const { index, before } = this.#put(entry);
    const appended = before < 0 && index === this.#queue.of(roomId).length - 1;
    this.#tell(appended ? { type: 'queued', roomId, entry } : { type: 'changed', roomId });
    this.#courtesy ??= setTimeout(() => {
      this.#courtesy = undefined;
      this.#flushAll();
    }, COURTESY_MS);
  }

  #flushAll(): void {
    for (const roomId of this.#queue.rooms()) this.#sender.flush(roomId);
  }

  async #next(roomId: number): Promise<KeptEntry | undefined> {
    try {
      // From the store, because another tab may have written what comes first, and not told it yet.
      const entry = await this.#store.next(roomId);
      if (entry === undefined) return undefined;
      if (!this.#over.has(entry.clientMessageId)) return entry;
    } catch {
      // A store that can no longer be read keeps nobody from sending what is known here.
    }
    return this.#queue
      .of(roomId)
      .filter(isKept)
      .find((entry) => !entry.failure);
  }

  async #stored(entry: KeptEntry, message: Message): Promise<void> {
    this.#leave(entry.clientMessageId, () => ({ type: 'sent', roomId: entry.roomId, message }));
    this.#tabs.tell({ type: 'sent', clientMessageId: entry.clientMessageId, message });
    await this.#store.remove(entry.order).catch(() => undefined);
  }

  async #refused(entry: KeptEntry, failure: SendFailure): Promise<void> {
    const refused = { ...entry, failure };
    this.#fail(refused);
    this.#tabs.tell({ type: 'failed', entry: refused });
    // Else it would be sent and refused again for ever.
    await this.#store.update(refused).catch(() => this.#over.add(entry.clientMessageId));
  }

  #fail(entry: KeptEntry): void {
    const { clientMessageId, roomId, failure } = entry;
    if (!failure) return;
    const known = this.#queue.get(clientMessageId);
    this.#put(entry);
    this.#tell(known ? { type: 'failed', roomId, clientMessageId, failure } : { type: 'changed', roomId });
  }

  #put(entry: QueuedEntry): { index: number; before: number } {
    const place = this.#queue.put(entry);
    this.#count();
    return place;
  }

  /** It is over with an entry, here; @returns what was known of it */
  #leave(clientMessageId: string, event: (entry: QueuedEntry) => OutboxEvent): QueuedEntry | undefined {
    this.#over.add(clientMessageId);
    const entry = this.#queue.remove(clientMessageId);
    if (!entry) return undefined;
    this.#count();
    this.#tell(event(entry));
    return entry;
  }

  #count(): void {
    this.waiting.set(this.#queue.waiting);
    const refused = this.#queue.refused();
    if (refused.length > 0 || this.refused.get().length > 0) this.refused.set(refused);
  }

  #tell(event: OutboxEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
