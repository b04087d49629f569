import { OPCODE, readFrame } from './frames';
import type { Reader, RoomLog } from './room-log';
import type { ToldMessage, Wire } from './wire';

/** Reads what one member of a room is sent, and checks it against what the others of the room were sent. */
export class Receiver implements Reader {
  readonly #log: RoomLog;
  readonly #wire: Wire;
  readonly #onFrame: (opcode: number, payload: Buffer) => void;
  frame = 0;
  position = 0;
  /** the beginning of a frame whose end has not come yet */
  #carry: Buffer | null = null;
  /** what it heard, once it was sent something else than the others: from then on it is read by itself */
  #own: Set<number> | null = null;
  #ownLastSeq = 0;

  /** @param onFrame is told every frame that tells no messages */
  constructor(log: RoomLog, wire: Wire, onFrame: (opcode: number, payload: Buffer) => void) {
    this.#log = log;
    this.#wire = wire;
    this.#onFrame = onFrame;
  }

  /** Begins anew, with a log that begins anew. */
  begin(): void {
    this.frame = this.position = 0;
    this.#own = null;
  }

  /** Begins at the end of what was told so far: it has just come. */
  beginAtEnd(): void {
    this.begin();
    this.frame = this.#log.frames;
    this.position = this.#log.end;
  }

  /** How many messages it should have had and has not. */
  missing(): number {
    return this.#log.missing(this, this.#own);
  }

  /**
   * Takes what came.
   *
   * @param chunk is not kept
   * @param now milliseconds of `performance.now()`
   * @throws FrameError, z.ZodError, SyntaxError where the server breaks its protocol
   */
  take(chunk: Buffer, now: number): void {
    let buffer = chunk;
    if (this.#carry) {
      buffer = Buffer.concat([this.#carry, chunk]);
      this.#carry = null;
    }
    let at = 0;
    while (at < buffer.length) {
      const same = this.#own ? 0 : this.#log.same(buffer, at, this.position);
      if (same > 0) {
        at += same;
        this.position += same;
        this.#log.credit(this, now);
        continue;
      }
      const start = this.#log.startOf(this.frame);
      if (!this.#own && this.position > start) {
        // What began like the log's next frame goes on otherwise: it is read as the frame that it is.
        buffer = Buffer.concat([this.#log.copy(start, this.position), buffer.subarray(at)]);
        at = 0;
        this.position = start;
      }
      const frame = readFrame(buffer, at);
      if (!frame) {
        this.#carry = Buffer.from(buffer.subarray(at));
        return;
      }
      this.#read(buffer.subarray(at, frame.end), frame.opcode, buffer.subarray(frame.payload, frame.end), now);
      at = frame.end;
    }
  }

  #read(frame: Buffer, opcode: number, payload: Buffer, now: number): void {
    if (!this.#own && this.#log.same(frame, 0, this.position) === frame.length) {
      this.position += frame.length;
      this.#log.credit(this, now);
      return;
    }
    const messages = opcode === OPCODE.text ? this.#wire.created(payload) : null;
    if (!messages) this.#onFrame(opcode, payload);
    else if (!this.#own && this.position === this.#log.end) {
      this.#log.append(frame, messages);
      this.position = this.#log.end;
      this.#log.credit(this, now);
    } else this.#alone(messages, now);
  }

  #alone(messages: readonly ToldMessage[], now: number): void {
    if (!this.#own) this.#ownLastSeq = this.#log.lastSeq(this.frame);
    const heard = (this.#own ??= this.#log.heard(this.frame));
    for (const { seq, body } of messages) {
      const index = this.#log.indexOf(body);
      if (index === null) continue;
      const again = heard.has(index);
      this.#log.count(again ? -1 - index : index, now);
      if (!again && seq < this.#ownLastSeq) this.#log.reorder();
      heard.add(index);
      this.#ownLastSeq = Math.max(this.#ownLastSeq, seq);
    }
  }
}
