import { bus, type BusEvent } from '../bus';
import { closedSince, closingsSoFar } from '../chat/closings';
import { pool } from '../db';
import { log } from '../log';
import { Frame } from './frame';
import type { Hub } from './hub';
import { Members } from './members';

/** Milliseconds: a list of rooms hears of a room at most this often, and always of the last of a burst. */
const INTERVAL_MS = 1_000;

interface State {
  room: string;
  lastSeq: number;
  toldAt: number;
  /** stands until what it is for has been told */
  timer: NodeJS.Timeout | undefined;
}

/** Tells the connections of a room's members that are elsewhere how much they have not read. */
export class Activity {
  readonly #hub: Hub;
  readonly #rooms = new Map<number, State>();
  readonly #members = new Members();
  readonly #unsubscribe: () => void;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#unsubscribe = bus().subscribe((event) => this.#hear(event));
  }

  /** Notes that a room has got messages up to `lastSeq`. */
  touch(roomId: number, room: string, lastSeq: number): void {
    const state = this.#rooms.get(roomId) ?? { room, lastSeq, toldAt: 0, timer: undefined };
    this.#rooms.set(roomId, state);
    state.room = room;
    state.lastSeq = Math.max(state.lastSeq, lastSeq);
    if (!state.timer) this.#schedule(roomId, state);
  }

  /** Whether it has heard of messages up to this one. */
  knows(roomId: number, lastSeq: number): boolean {
    return (this.#rooms.get(roomId)?.lastSeq ?? 0) >= lastSeq;
  }

  #schedule(roomId: number, state: State): void {
    const wait = Math.max(0, state.toldAt + INTERVAL_MS - performance.now());
    state.timer = setTimeout(() => {
      const { lastSeq } = state;
      void this.#tell(roomId, state).finally(() => {
        state.timer = undefined;
        if (this.#rooms.get(roomId) === state && state.lastSeq > lastSeq) this.#schedule(roomId, state);
      });
    }, wait);
  }

  forget(roomId: number): void {
    clearTimeout(this.#rooms.get(roomId)?.timer);
    this.#rooms.delete(roomId);
    this.#members.forget(roomId);
  }

  close(): void {
    this.#unsubscribe();
    for (const roomId of [...this.#rooms.keys()]) this.forget(roomId);
  }

  #hear(event: BusEvent): void {
    if (event.type === 'member:added') this.#members.add(event.roomId, event.user.id);
    if (event.type === 'member:removed') this.#members.remove(event.roomId, event.user.id);
    if (event.type === 'room:added') this.#members.add(event.room.id, event.userId);
  }

  async #tell(roomId: number, state: State): Promise<void> {
    const { room, lastSeq } = state;
    state.toldAt = performance.now();
    try {
      // Most rooms are heard by those who are in them: then the database is not asked at all.
      const elsewhere = this.#hub.elsewhere(roomId, await this.#members.of(roomId));
      if (elsewhere.length === 0) return;
      const moment = closingsSoFar();
      const { rows } = await pool().query<{ user_id: number; last_read_seq: number }>(
        'SELECT user_id, last_read_seq FROM memberships WHERE room_id = $1 AND user_id = ANY($2) AND removed_at IS NULL',
        [roomId, elsewhere],
      );
      const areMembers = !closedSince(moment, roomId);
      for (const row of rows) {
        const unread = Math.max(0, lastSeq - row.last_read_seq);
        const frame = new Frame('room:activity', { room, roomId, lastSeq, unread });
        for (const connection of this.#hub.connectionsOf(row.user_id)) {
          // Word of their having been let in again may have been lost.
          if (areMembers) connection.readmit(roomId);
          if (!connection.rooms.includes(roomId)) connection.send(frame);
        }
      }
    } catch (error) {
      // A hint that is lost: the list is right again at the next message, or when it is fetched.
      log.warn({ err: error, roomId }, 'activity could not be told');
    }
  }
}
