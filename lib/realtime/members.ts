import { pool } from '../db';

/** Milliseconds after which a room's members are read anew: somebody else may write to the database too. */
const FRESH_MS = 10_000;
/** Rooms that are remembered: those in which something was said of late. */
const MAX_ROOMS = 2_000;

interface Entry {
  ids: Promise<Set<number>>;
  until: number;
}

/**
 * Who belongs to the rooms in which something is going on, by id. A hint for whom to look at, not for whom to let in: somebody who
 * has left stays in it for a while.
 */
export class Members {
  readonly #rooms = new Map<number, Entry>();

  /**
   * The members of a room.
   *
   * @throws what the pool throws, when they cannot be read; the next call tries again
   */
  of(roomId: number): Promise<ReadonlySet<number>> {
    const known = this.#rooms.get(roomId);
    if (known && known.until > performance.now()) return known.ids;
    const ids = read(roomId);
    const entry = { ids, until: performance.now() + FRESH_MS };
    this.#rooms.delete(roomId);
    this.#rooms.set(roomId, entry);
    const oldest = this.#rooms.keys().next();
    if (this.#rooms.size > MAX_ROOMS && !oldest.done) this.#rooms.delete(oldest.value);
    ids.catch(() => {
      if (this.#rooms.get(roomId) === entry) this.#rooms.delete(roomId);
    });
    return ids;
  }

  /** Notes a new member: also while the others are still being read. */
  add(roomId: number, userId: number): void {
    this.#rooms.get(roomId)?.ids.then(
      (ids) => ids.add(userId),
      () => undefined,
    );
  }

  /** Notes that somebody is no member any more. */
  remove(roomId: number, userId: number): void {
    this.#rooms.get(roomId)?.ids.then(
      (ids) => ids.delete(userId),
      () => undefined,
    );
  }

  forget(roomId: number): void {
    this.#rooms.delete(roomId);
  }
}

async function read(roomId: number): Promise<Set<number>> {
  const { rows } = await pool().query<{ user_id: number }>(
    'SELECT user_id FROM memberships WHERE room_id = $1 AND removed_at IS NULL',
    [roomId],
  );
  return new Set(rows.map((row) => row.user_id));
}
