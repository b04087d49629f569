import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { isKeptEntry, type OutboxEntry } from './outbox-entry';
import type { OutboxStore } from './outbox-store';

const DATABASE = 'beseda';
const VERSION = 1;

type Row = OutboxEntry & { order?: number; accountId: number; state: 'waiting' | 'refused' };

interface Schema extends DBSchema {
  outbox: {
    key: number;
    value: Row;
    indexes: { account: number; queue: [number, number, string] };
  };
}

/**
 * One account's outbox in the browser's IndexedDB. The store's own counter is the one order over all tabs: clocks are set back.
 *
 * @param accountId whose messages these are: another account in the same browser neither sees nor sends them
 */
export function indexedDbOutboxStore(accountId: number): OutboxStore {
  let opened: Promise<IDBPDatabase<Schema>> | undefined;
  const forget = () => (opened = undefined);

  const open = (): Promise<IDBPDatabase<Schema>> => {
    opened ??= openDB<Schema>(DATABASE, VERSION, {
      upgrade(database) {
        const outbox = database.createObjectStore('outbox', { keyPath: 'order', autoIncrement: true });
        outbox.createIndex('account', 'accountId');
        outbox.createIndex('queue', ['accountId', 'roomId', 'state']);
      },
      // A later version of the program waits for this tab, or the browser has closed the database: the next use opens it again.
      blocking: () => {
        void opened?.then((database) => database.close());
        forget();
      },
      terminated: forget,
    }).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opened;
  };
  const rowOf = (entry: OutboxEntry): Row => ({ ...entry, accountId, state: entry.failure ? 'refused' : 'waiting' });

  return {
    async load() {
      const rows: unknown[] = await (await open()).getAllFromIndex('outbox', 'account', accountId);
      return rows.filter(isKeptEntry).sort((a, b) => a.order - b.order);
    },
    async add(entry) {
      const transaction = (await open()).transaction('outbox', 'readwrite');
      const order = transaction.store.add(rowOf(entry));
      // Not when this page next has a moment: it may be gone by then, and an open transaction with it.
      transaction.commit();
      await transaction.done;
      return order;
    },
    async update(entry) {
      const transaction = (await open()).transaction('outbox', 'readwrite');
      const known = await transaction.store.getKey(entry.order);
      if (known !== undefined) await transaction.store.put(rowOf(entry));
      await transaction.done;
    },
    async remove(order) {
      await (await open()).delete('outbox', order);
    },
    async next(roomId) {
      const row: unknown = await (await open()).getFromIndex('outbox', 'queue', [accountId, roomId, 'waiting']);
      return isKeptEntry(row) ? row : undefined;
    },
    losable: () => false,
    close() {
      void opened?.then((database) => database.close()).catch(() => undefined);
      forget();
    },
  };
}
