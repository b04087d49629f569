interface Closings {
  count: number;
  /** by room, the number of its latest */
  latest: Map<number, number>;
  /** are told of each */
  listeners: Set<(roomId: number) => void>;
  /** waits for those that other processes have committed, where there are any */
  others: (() => Promise<void>) | undefined;
}

const shared = globalThis as typeof globalThis & { besedaClosings?: Closings };

function closings(): Closings {
  return (shared.besedaClosings ??= { count: 0, latest: new Map(), listeners: new Set(), others: undefined });
}

/** Notes that a room was closed to somebody: removed from it, or it became private. To be called as soon as that is committed. */
export function noteClosing(roomId: number): void {
  const all = closings();
  all.latest.set(roomId, ++all.count);
  for (const tell of all.listeners) tell(roomId);
}

/**
 * Hears every closing from now on, at once.
 *
 * @returns a function that ends it
 */
export function hearClosings(listener: (roomId: number) => void): () => void {
  const { listeners } = closings();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** In a process where rooms are closed by others: says how to wait until what they closed so far was noted here. */
export function awaitClosings(others: () => Promise<void>): void {
  closings().others = others;
}

/** Waits until every closing that was committed before is noted here: between what was read and {@link closedSince}. */
export async function allClosings(): Promise<void> {
  await closings().others?.();
}

/** The moment, for {@link closedSince}. */
export function closingsSoFar(): number {
  return closings().count;
}

/**
 * Whether a room, or any, was closed to somebody since that moment: what was read in between may be more than its reader may
 * still hear.
 */
export function closedSince(moment: number, roomId?: number): boolean {
  const { count, latest } = closings();
  return roomId === undefined ? count > moment : (latest.get(roomId) ?? 0) > moment;
}
