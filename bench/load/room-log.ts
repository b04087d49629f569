import type { Tally } from './tally';
import type { ToldMessage } from './wire';

/** Bytes that a log holds at first, and beyond which what everybody has heard is forgotten. */
const ROOM = 64 * 1024;
const TRIM = 1024 * 1024;

/** Whoever reads along in a log. */
export interface Reader {
  /** how many of the log's frames it has had */
  frame: number;
  /** bytes of the log that it has had; may lie within a frame */
  position: number;
}

/** The text of a message: which one it is, and padding up to so many bytes. */
export function bodyOf(epoch: number, index: number, bytes: number): string {
  return `${epoch}.${index} `.padEnd(bytes, 'measured ');
}

/**
 * The frames that tell the messages of one room, as whoever got each first has read it, and what every message came to. Everybody else in
 * the room is expected to get the same bytes: comparing them costs a fraction of reading them.
 */
export class RoomLog {
  readonly #tally: Tally;
  #epoch = 0;
  /** readers at the beginning of a measurement */
  #audience = 0;
  #bytes = Buffer.allocUnsafe(ROOM);
  /** where the first of the bytes kept lies in the whole */
  #base = 0;
  #end = 0;
  /** of each frame: where it ends in the whole, and its first message in `#order` */
  readonly #ends: number[] = [];
  readonly #firsts: number[] = [];
  /** of each frame: how many of its messages came after one of a greater `seq`, and the greatest so far */
  readonly #reordered: number[] = [];
  readonly #lastSeqs: number[] = [];
  /** the messages that frames told, by index; −1 − index for one that was told before */
  readonly #order: number[] = [];
  #lastSeq = -1;
  /** how many were acknowledged, and are not told yet */
  #untold = 0;
  /** of each message that was sent, by index: when it was due, how many have it, and whether it was told and acknowledged */
  readonly #due: number[] = [];
  readonly #copies: number[] = [];
  readonly #told: boolean[] = [];
  readonly #acknowledged: boolean[] = [];

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Forgets everything, for a new measurement. @param audience how many listen; they begin at frame and position 0 */
  begin(epoch: number, audience: number): void {
    this.#epoch = epoch;
    this.#audience = audience;
    this.#base = this.#end = 0;
    this.#lastSeq = -1;
    this.#untold = 0;
    this.#ends.length = this.#firsts.length = this.#reordered.length = this.#lastSeqs.length = this.#order.length = 0;
    this.#due.length = this.#copies.length = this.#told.length = this.#acknowledged.length = 0;
  }

  get end(): number {
    return this.#end;
  }

  get frames(): number {
    return this.#ends.length;
  }

  /** Where a frame begins in the whole. */
  startOf(frame: number): number {
    return frame === 0 ? 0 : (this.#ends[frame - 1] ?? 0);
  }

  /** Notes a message that is being sent. @returns its index */
  send(due: number): number {
    this.#copies.push(0);
    this.#told.push(false);
    this.#acknowledged.push(false);
    return this.#due.push(due) - 1;
  }

  /** @returns milliseconds since it was due */
  acknowledge(index: number, now: number): number {
    this.#acknowledged[index] = true;
    if (!this.#told[index]) this.#untold++;
    return now - (this.#due[index] ?? now);
  }

  /** Whether the bytes of a buffer are those of the log from a position on: as many as both have. @returns how many, or 0 */
  same(buffer: Buffer, at: number, position: number): number {
    const length = Math.min(buffer.length - at, this.#end - position);
    if (length <= 0) return 0;
    const from = position - this.#base;
    return buffer.compare(this.#bytes, from, from + length, at, at + length) === 0 ? length : 0;
  }

  /** A copy of some bytes of the log. */
  copy(from: number, to: number): Buffer {
    return Buffer.from(this.#bytes.subarray(from - this.#base, to - this.#base));
  }

  /** Takes a frame up that nobody has had yet. */
  append(frame: Buffer, messages: readonly ToldMessage[]): void {
    this.#reserve(frame.length);
    frame.copy(this.#bytes, this.#end - this.#base);
    this.#end += frame.length;
    this.#ends.push(this.#end);
    this.#firsts.push(this.#order.length);
    let reordered = 0;
    for (const { seq, body } of messages) {
      const index = this.indexOf(body);
      if (index === null) continue;
      const again = this.#told[index] === true;
      this.#order.push(again ? -1 - index : index);
      this.#told[index] = true;
      if (!again && this.#acknowledged[index]) this.#untold--;
      if (!again && seq < this.#lastSeq) reordered++;
      this.#lastSeq = Math.max(this.#lastSeq, seq);
    }
    this.#reordered.push(reordered);
    this.#lastSeqs.push(this.#lastSeq);
  }

  /** Which message of this measurement a body is; null for one of another. */
  indexOf(body: string): number | null {
    const [epoch, index] = body.slice(0, body.indexOf(' ')).split('.').map(Number);
    if (epoch === this.#epoch && index !== undefined && index < this.#due.length) return index;
    this.#tally.stray++;
    return null;
  }

  /** Counts the frames that a reader has now had wholly. */
  credit(reader: Reader, now: number): void {
    while (reader.frame < this.#ends.length && (this.#ends[reader.frame] ?? 0) <= reader.position) {
      const first = this.#firsts[reader.frame] ?? 0;
      const beyond = this.#firsts[reader.frame + 1] ?? this.#order.length;
      for (let place = first; place < beyond; place++) this.count(this.#order[place] ?? 0, now);
      this.#tally.reordered += this.#reordered[reader.frame] ?? 0;
      reader.frame++;
    }
  }

  /** Counts one copy. @param index below zero for one that its receiver had before */
  count(index: number, now: number): void {
    this.#tally.deliveries++;
    if (index < 0) {
      this.#tally.doubled++;
      return;
    }
    const took = now - (this.#due[index] ?? now);
    this.#tally.delivery.add(took);
    const copies = (this.#copies[index] = (this.#copies[index] ?? 0) + 1);
    if (copies === this.#audience) this.#tally.last.add(took);
  }

  /** Notes a copy that came after one of a greater `seq`, to whoever reads by themselves. */
  reorder(): void {
    this.#tally.reordered++;
  }

  /** The greatest `seq` within the first frames. */
  lastSeq(frames: number): number {
    return this.#lastSeqs[frames - 1] ?? -1;
  }

  /** The messages that the first frames told, by index. */
  heard(frames: number): Set<number> {
    return new Set(this.#order.slice(0, this.#firsts[frames] ?? this.#order.length).filter((index) => index >= 0));
  }

  /** How many messages a reader has not had though they were acknowledged, or told to others. @param own what it had, where it reads by itself */
  missing(reader: Reader, own: ReadonlySet<number> | null): number {
    if (!own && reader.frame === this.#ends.length) return this.#untold;
    const heard = own ?? this.heard(reader.frame);
    let missing = 0;
    for (let index = 0; index < this.#due.length; index++) {
      if ((this.#acknowledged[index] || this.#told[index]) && !heard.has(index)) missing++;
    }
    return missing;
  }

  /** Forgets bytes that all its readers have had, once there are many. */
  trim(readers: () => readonly Reader[]): void {
    if (this.#end - this.#base < TRIM) return;
    const keep = readers().reduce((least, { frame }) => Math.min(least, this.startOf(frame)), this.#end);
    if (keep - this.#base < TRIM / 2) return;
    this.#bytes.copyWithin(0, keep - this.#base, this.#end - this.#base);
    this.#base = keep;
  }

  #reserve(bytes: number): void {
    const used = this.#end - this.#base;
    if (used + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, used + bytes));
    this.#bytes.copy(larger, 0, 0, used);
    this.#bytes = larger;
  }
}
