interface Closings {
  count: number;
  /** by room, the number of its latest */
  latest: Map<number, number>;
}

const shared = globalThis as typeof globalThis & { besedaClosings?: Closings };

function closings(): Closings {
  return (shared.besedaClosings ??= { count: 0, latest: new Map() });
}

/** Notes that a room was closed to somebody: removed from it, or it became private. To be called as soon as that is committed. */
export function noteClosing(roomId: number): void {
  const all = closings();
  all.latest.set(roomId, ++all.count);
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
