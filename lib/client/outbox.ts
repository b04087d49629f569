import type { Message } from '@/lib/contracts/entities';
import type { KeptEntry, OutboxEntry } from './outbox-entry';
import { OutboxKeeping } from './outbox-keeping';
import { isKept, OutboxQueue, type QueuedEntry } from './outbox-queue';
import { OutboxSender, type Sender } from './outbox-sender';
import type { OutboxStore } from './outbox-store';
import type { OutboxTabs, TabNews } from './outbox-tabs';
import type { SendFailure } from './pending';
import { createStore, type Store } from './store';

export type OutboxEvent =
  | { type: 'queued'; roomId: number; entry: OutboxEntry }
  /** more than one entry, or their order: read the list */
  | { type: 'changed'; roomId: number }
  | { type: 'failed'; roomId: number; clientMessageId: string; failure: SendFailure }
  | { type: 'sent'; roomId: number; message: Message }
  | { type: 'discarded'; roomId: number; clientMessageId: string };

/** A tab that wrote an entry sends it itself, if it can; after this long the others try. Milliseconds. */
const COURTESY_MS = 1_000;

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
  /** whether something is kept in memory alone, because the browser does not keep it: it would go with the page */
  readonly losable: Store<boolean>;
  readonly #tabs: OutboxTabs;
  readonly #connection: Sender;
  readonly #sender: OutboxSender;
  readonly #queue = new OutboxQueue();
  readonly #keeping: OutboxKeeping;
  readonly #listeners = new Set<(event: OutboxEvent) => void>();
  #stops: (() => void)[] = [];
  #courtesy: ReturnType<typeof setTimeout> | undefined;

  /** @param store the account's own: another account in the same browser neither sees nor sends what is in it */
  constructor(sender: Sender, store: OutboxStore, tabs: OutboxTabs) {
    this.#keeping = new OutboxKeeping(store, this.#queue);
    this.losable = this.#keeping.losable;
    this.#tabs = tabs;
    this.#connection = sender;
    this.#sender = new OutboxSender(sender, tabs, {
      next: (roomId) => this.#keeping.next(roomId),
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
    this.#keeping.close();
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
    this.#share('queued', entry);
    void this.#keeping.update(entry).then(() => this.#sender.flush(entry.roomId));
  }

  /** Gives a message up. One that is on its way may still arrive. */
  remove(clientMessageId: string): void {
    const entry = this.#leave(clientMessageId, ({ roomId }) => ({ type: 'discarded', roomId, clientMessageId }));
    if (!entry) return;
    this.#tabs.tell({ type: 'discarded', clientMessageId });
    void this.#keeping.drop(entry);
  }

  /** Notes that the server has it: its fact may come before its acknowledgement. */
  settle(message: Message): void {
    const { clientMessageId } = message;
    if (!clientMessageId) return;
    const entry = this.#leave(clientMessageId, ({ roomId }) => ({ type: 'sent', roomId, message }));
    if (!entry) return;
    this.#tabs.tell({ type: 'sent', clientMessageId, message });
    void this.#keeping.drop(entry);
  }

  /** Compares with what is kept: what other tabs told while this one was asleep is lost. */
  async reread(): Promise<void> {
    const changed = await this.#keeping.reread();
    this.#count();
    for (const roomId of changed) this.#tell({ type: 'changed', roomId });
    this.#flushAll();
  }

  async #keep(entry: OutboxEntry): Promise<void> {
    const order = await this.#keeping.add(entry);
    const known = this.#queue.get(entry.clientMessageId);
    // Given up before it was kept.
    if (!known) return this.#keeping.drop({ ...entry, order });
    const kept = { ...known, order };
    const { index, before } = this.#put(kept);
    // Another tab's came before it.
    if (index !== before) this.#tell({ type: 'changed', roomId: entry.roomId });
    this.#share('queued', kept);
    this.#sender.flush(entry.roomId);
  }

  #hear(news: TabNews): void {
    switch (news.type) {
      case 'sent': {
        const { clientMessageId, message } = news;
        void this.#keeping.drop(this.#leave(clientMessageId, ({ roomId }) => ({ type: 'sent', roomId, message })));
        break;
      }
      case 'discarded': {
        const { clientMessageId } = news;
        void this.#keeping.drop(
          this.#leave(clientMessageId, ({ roomId }) => ({ type: 'discarded', roomId, clientMessageId })),
        );
        break;
      }
      case 'failed':
        if (!this.#queue.isOver(news.entry.clientMessageId)) this.#fail(news.entry);
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
    if (this.#queue.isOver(clientMessageId)) return;

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

  async #stored(entry: KeptEntry, message: Message): Promise<void> {
    this.#leave(entry.clientMessageId, () => ({ type: 'sent', roomId: entry.roomId, message }));
    this.#tabs.tell({ type: 'sent', clientMessageId: entry.clientMessageId, message });
    await this.#keeping.drop(entry);
  }

  async #refused(entry: KeptEntry, failure: SendFailure): Promise<void> {
    // Given up while it was on its way.
    if (this.#queue.isOver(entry.clientMessageId)) return;
    const refused = { ...entry, failure };
    this.#fail(refused);
    this.#share('failed', refused);
    await this.#keeping.update(refused);
  }

  /** Tells the other tabs of an entry that is theirs too. What only this page's memory holds they can neither send nor keep. */
  #share(type: 'queued' | 'failed', entry: KeptEntry): void {
    if (Number.isInteger(entry.order)) this.#tabs.tell({ type, entry });
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
    const entry = this.#queue.leave(clientMessageId);
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
