import type { KeptEntry, OutboxEntry } from './outbox-entry';

/** An entry as a tab knows it: without an order while the store has not given it one yet. */
export interface QueuedEntry extends OutboxEntry {
  order: number | null;
}

/** Whether the store has given it an order. */
export const isKept = (entry: QueuedEntry): entry is KeptEntry => entry.order !== null;

const place = (entry: QueuedEntry) => entry.order ?? Number.POSITIVE_INFINITY;

/**
 * What a tab knows of its account's outbox, by room and in order. Thousands may wait: each step costs a search in a sorted list, and
 * nothing sorts.
 */
export class OutboxQueue {
  readonly #entries = new Map<string, QueuedEntry>();
  readonly #rooms = new Map<number, QueuedEntry[]>();
  readonly #refused = new Set<QueuedEntry>();
  /** what is sent or given up, though a slow store or another tab may still speak of it */
  readonly #over = new Set<string>();

  get(clientMessageId: string): QueuedEntry | undefined {
    return this.#entries.get(clientMessageId);
  }

  all(): QueuedEntry[] {
    return [...this.#rooms.values()].flat();
  }

  /** how many were not refused */
  get waiting(): number {
    return this.#entries.size - this.#refused.size;
  }

  refused(): QueuedEntry[] {
    return [...this.#refused];
  }

  /** the rooms for which something is here, refused or not */
  rooms(): number[] {
    return [...this.#rooms.keys()];
  }

  /** A room's entries, in order. */
  of(roomId: number): readonly QueuedEntry[] {
    return this.#rooms.get(roomId) ?? [];
  }

  /**
   * Puts an entry in its place, or another version of it: behind all others while it has no order.
   *
   * @returns its index among its room's entries, and the one it had before, or -1
   */
  put(entry: QueuedEntry): { index: number; before: number } {
    const before = this.#take(entry.clientMessageId);
    const room = this.#rooms.get(entry.roomId) ?? [];
    const index = this.#indexBehind(room, place(entry));
    room.splice(index, 0, entry);
    this.#rooms.set(entry.roomId, room);
    this.#entries.set(entry.clientMessageId, entry);
    if (entry.failure) this.#refused.add(entry);
    return { index, before };
  }

  /** It is over with an entry, whoever still speaks of it. @returns what was known of it */
  leave(clientMessageId: string): QueuedEntry | undefined {
    const entry = this.#entries.get(clientMessageId);
    this.#over.add(clientMessageId);
    this.#take(clientMessageId);
    return entry;
  }

  isOver(clientMessageId: string): boolean {
    return this.#over.has(clientMessageId);
  }

  /** What is here now, to be given to `takeUp` later. */
  snapshot(): ReadonlyMap<string, QueuedEntry> {
    return new Map(this.#entries);
  }

  /**
   * Takes up what is kept and lets go of what no longer is.
   *
   * @param before what was here when the store was asked: what has changed since is newer than its answer
   * @param isUnwritten whether the store has an older version of this one than is here
   * @returns the rooms in which something changed
   */
  takeUp(
    kept: readonly KeptEntry[],
    before: ReadonlyMap<string, QueuedEntry>,
    isUnwritten: (clientMessageId: string) => boolean,
  ): ReadonlySet<number> {
    const orders = new Set(kept.map(({ order }) => order));
    const changed = new Set<number>();
    const here = this.all();
    const newer = new Set<string>();
    for (const entry of here) if (before.get(entry.clientMessageId) !== entry) newer.add(entry.clientMessageId);
    for (const { clientMessageId, roomId, order } of here) {
      // One without an order is being written.
      if (order === null || orders.has(order) || newer.has(clientMessageId)) continue;
      this.#take(clientMessageId);
      changed.add(roomId);
    }
    for (const entry of kept) {
      const { clientMessageId, roomId, order, failure } = entry;
      if (this.isOver(clientMessageId) || newer.has(clientMessageId) || isUnwritten(clientMessageId)) continue;
      const known = this.#entries.get(clientMessageId);
      if (known?.order === order && known.failure?.code === failure?.code) continue;
      this.put(entry);
      changed.add(roomId);
    }
    return changed;
  }

  /** Takes an entry out. @returns where it was among its room's, or -1 */
  #take(clientMessageId: string): number {
    const entry = this.#entries.get(clientMessageId);
    const room = entry && this.#rooms.get(entry.roomId);
    if (!entry || !room) return -1;
    this.#entries.delete(clientMessageId);
    this.#refused.delete(entry);
    // Equal places are those of entries without an order: few, and all at the end.
    let index = this.#indexBehind(room, place(entry)) - 1;
    while (index >= 0 && room[index] !== entry) index--;
    if (index >= 0) room.splice(index, 1);
    if (room.length === 0) this.#rooms.delete(entry.roomId);
    return index;
  }

  #indexBehind(room: readonly QueuedEntry[], wanted: number): number {
    let low = 0;
    let high = room.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = room[middle];
      if (entry && place(entry) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
