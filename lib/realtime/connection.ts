import { v4 as uuid } from 'uuid';
import type { Actor } from '../contracts/actor';
import type { Frame } from './frame';

/** Bytes that may wait for one reader; beyond it the reader is let go and catches up later. */
export const MAX_BUFFERED = 1024 * 1024;

/** One socket of one session, whatever protocol it speaks: all that the fan-out knows of it. */
export abstract class Connection {
  readonly id = uuid();
  readonly actor: Actor;
  /** rooms that it has joined, or is joining, by id */
  readonly rooms = new Set<number>();
  /** The one room that a plain connection is about; it ends with it. */
  readonly onlyRoom: number | null;
  /** The last call's place in line: calls of one connection are checked, hence stored, in the order they came. */
  turn: Promise<void> = Promise.resolve();
  waiting = 0;
  /** It is closed, or being closed: what its client still says is not heard, and what is under way leaves nothing behind. */
  gone = false;
  /** Joins that are not answered yet, by the room's address: a second one continues where the first one's answer ended. */
  readonly joining = new Map<string, Promise<void>>();

  constructor(actor: Actor, onlyRoom: number | null = null) {
    this.actor = actor;
    this.onlyRoom = onlyRoom;
  }

  /** Sends a fact, or closes the connection (4408) when its reader is too far behind. Never throws. */
  abstract send(frame: Frame): void;

  /** Says `session:closing`, then closes. `code` is one of the contract's close codes. */
  close(code: number, retryAfterMs?: number): void {
    if (this.gone) return;
    this.gone = true;
    this.shut(code, retryAfterMs);
  }

  /** Closes the socket itself. */
  protected abstract shut(code: number, retryAfterMs?: number): void;
}
