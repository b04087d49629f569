import type { Duplex } from 'node:stream';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { CLOSE_CODES } from '../contracts/facts';
import type { Frame } from './frame';

/**
 * Bytes that may wait for one reader when it is sent something more; beyond it the reader is let go and catches up later. One long answer
 * alone, a list of thousands of rooms, is nobody's delay.
 */
export const MAX_BUFFERED = 1024 * 1024;

/** Milliseconds that a slow reader has for the close frame. */
export const LINGER_MS = 1_000;

/**
 * What one client may have under way before no more is read from it for a while: bytes of its commands, and their number. So it is one among
 * many however fast it writes, and still has a message stored in every batch.
 */
const MOST_UNANSWERED = { bytes: 1024 * 1024, calls: 32 };

/** What a call is refused with whose connection is closed meanwhile. */
export const closed = () => new AppError('unavailable', 'This connection is closed.');

const NOWHERE: readonly number[] = [];

let made = 0;

const uncork = (wire: Duplex) => wire.uncork();

/** Has what is written from now on leave with the next tick, in one write: a message as its author is told it, and the answer that follows. */
export function untilAnswered(wire: Duplex): void {
  wire.cork();
  process.nextTick(uncork, wire);
}

/** One socket of one session, whatever protocol it speaks: all that the fan-out knows of it. */
export abstract class Connection {
  /** of this process's connections */
  readonly id = String(++made);
  /** who is at its other end, by their present name */
  actor: Actor;
  /** rooms that it has joined, or is joining, by id: mostly one or two, for which a set is large */
  rooms: readonly number[] = NOWHERE;
  /** The one room that a plain connection is about; it ends with it. */
  readonly onlyRoom: number | null;
  /** The last call that is being checked: those of one connection are checked, hence stored, in the order they came. */
  turn: Promise<unknown> | undefined;
  waiting = 0;
  /** It is closed, or being closed: what its client still says is not heard, and what is under way leaves nothing behind. */
  gone = false;
  /** Joins that are not answered yet, by the room's address: a second one continues where the first one's answer ended. */
  joining: Map<string, Promise<void>> | undefined;
  #barred: Set<number> | undefined;
  #unansweredBytes = 0;
  #unansweredCalls = 0;
  #unread = false;

  constructor(actor: Actor, onlyRoom: number | null = null) {
    this.actor = actor;
    this.onlyRoom = onlyRoom;
  }

  /**
   * Sends a fact, but none of a room that it was let out of: whoever tells something may have asked who is to hear it before that.
   * Closes the connection (4408) when its reader is too far behind. Never throws.
   */
  send(frame: Frame): void {
    if (this.#barred && frame.roomId !== null && this.#barred.has(frame.roomId)) return;
    this.transmit(frame);
  }

  /** Nothing of this room goes out any more, until its user is a member again. */
  bar(roomId: number): void {
    (this.#barred ??= new Set()).add(roomId);
  }

  /** Its user is a member of this room (again). */
  readmit(roomId: number): void {
    this.#barred?.delete(roomId);
  }

  /** Puts a fact on the wire. */
  protected abstract transmit(frame: Frame): void;

  /** Milliseconds for which its reader has not got on with what it was sent; 0 where it owes nothing. Asked now and then. */
  abstract standsFor(): number;

  /** Bytes that wait to be sent. */
  abstract get buffered(): number;

  /** Counts in a command that a client has sent, until {@link answered} counts it out: while that is too much, no more is read. */
  heard(bytes: number): void {
    this.#unansweredBytes += bytes;
    this.#unansweredCalls++;
    const isTooLarge = this.#unansweredBytes > MOST_UNANSWERED.bytes;
    if (this.#unread || !(isTooLarge || this.#unansweredCalls > MOST_UNANSWERED.calls)) return;
    this.#unread = this.read(false);
    if (isTooLarge && !this.#unread) this.close(CLOSE_CODES.flooding);
  }

  answered(bytes: number): void {
    this.#unansweredBytes -= bytes;
    this.#unansweredCalls--;
    const isMuch =
      this.#unansweredBytes > MOST_UNANSWERED.bytes / 2 || this.#unansweredCalls > MOST_UNANSWERED.calls / 2;
    if (!this.#unread || isMuch) return;
    this.#unread = false;
    this.read(true);
  }

  /** Says `session:closing`, then closes. `code` is one of the contract's close codes. */
  close(code: number, retryAfterMs?: number): void {
    if (this.gone) return;
    this.gone = true;
    this.shut(code, retryAfterMs);
  }

  /**
   * Goes on reading what the client sends, or stops: what it sends then waits on its own side.
   *
   * @returns whether that can be done
   */
  protected abstract read(reading: boolean): boolean;

  /** Closes the socket itself. */
  protected abstract shut(code: number, retryAfterMs?: number): void;
}
