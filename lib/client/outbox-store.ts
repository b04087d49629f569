import type { KeptEntry, OutboxEntry } from './outbox-entry';

/** Where one account's outbox is kept. What one tab keeps, every tab of the browser reads. */
export interface OutboxStore {
  /** everything that is kept, in order */
  load(): Promise<KeptEntry[]>;
  /**
   * Keeps an entry behind all others.
   *
   * @returns its order, once a crash of the page can no longer take the entry
   */
  add(entry: OutboxEntry): Promise<number>;
  /** Keeps another version of an entry; one that was removed meanwhile, by any tab, stays removed. */
  update(entry: KeptEntry): Promise<void>;
  remove(order: number): Promise<void>;
  /** the first entry of a room that was not refused */
  next(roomId: number): Promise<KeptEntry | undefined>;
  /** whether it holds something that goes with the page */
  losable(): boolean;
  /** Lets go of what it holds open; the next use opens it again. */
  close(): void;
}

/**
 * A store that lasts as long as the object does: for tests, and for what a browser does not let one keep.
 *
 * @param nextOrder gives each entry its place; by default 1, 2, 3 …
 */
export function memoryOutboxStore(nextOrder?: () => number): OutboxStore {
  const entries = new Map<number, KeptEntry>();
  let last = 0;
  const load = () => [...entries.values()].sort((a, b) => a.order - b.order);
  return {
    load: () => Promise.resolve(load()),
    add(entry) {
      const order = nextOrder ? nextOrder() : ++last;
      entries.set(order, { ...entry, order });
      return Promise.resolve(order);
    },
    update(entry) {
      if (entries.has(entry.order)) entries.set(entry.order, entry);
      return Promise.resolve();
    },
    remove: (order) => Promise.resolve(void entries.delete(order)),
    next: (roomId) => Promise.resolve(load().find((entry) => entry.roomId === roomId && !entry.failure)),
    losable: () => entries.size > 0,
    close: () => undefined,
  };
}

/** A browser that has not kept an entry by then will not: its author should not have to wait. Milliseconds. */
const PATIENCE_MS = 3_000;
/** Entries that can stand between two orders of the first store. */
const BETWEEN = 2 ** 20;

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The browser’s storage does not answer.')), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Keeps entries in a store that may fail (private mode, a full disk, storage that is switched off), and in memory what it does not
 * take: behind what it took before, so that the order of writing stays. Its `add` never fails.
 */
export function withSpareMemory(store: OutboxStore): OutboxStore {
  let last = 0;
  let spilled = 0;
  const spare = memoryOutboxStore(() => last + ++spilled / BETWEEN);
  const isSpare = (order: number) => !Number.isInteger(order);
  return {
    async load() {
      const kept = await inTime(store.load());
      last = Math.max(last, kept.at(-1)?.order ?? 0);
      return [...kept, ...(await spare.load())].sort((a, b) => a.order - b.order);
    },
    async add(entry) {
      const work = store.add(entry);
      try {
        last = await inTime(work);
        return last;
      } catch {
        // What was given up may still come about: one of the two is enough.
        void work.then((order) => store.remove(order)).catch(() => undefined);
        return spare.add(entry);
      }
    },
    update: (entry) => (isSpare(entry.order) ? spare.update(entry) : inTime(store.update(entry))),
    remove: (order) => (isSpare(order) ? spare.remove(order) : inTime(store.remove(order))),
    async next(roomId) {
      const other = await spare.next(roomId);
      const kept = await inTime(store.next(roomId));
      return kept && other ? (kept.order < other.order ? kept : other) : (kept ?? other);
    },
    losable: () => spare.losable(),
    close: () => store.close(),
  };
}
