/** The edit number of a message that is deleted. */
export const DELETED = -1;

/** A room's messages by `seq`, ten bytes each: two hundred thousand of them are kept for each of sixty readers. */
export class Timeline {
  #revisions = new Int32Array(256);
  #keys = new Int32Array(256);
  #edits = new Int16Array(256);
  /** the greatest `seq` that is there */
  last = 0;

  /** Puts a message into its place, whatever was there. */
  set(seq: number, revision: number, key: number, edit: number): void {
    if (seq >= this.#revisions.length) this.#grow(seq);
    this.#revisions[seq] = revision;
    this.#keys[seq] = key;
    this.#edits[seq] = edit;
    if (seq > this.last) this.last = seq;
  }

  /** The revision of the message in this place; 0 where none is. */
  revision(seq: number): number {
    return this.#revisions[seq] ?? 0;
  }

  /** The key (see `tags.ts`) of the message in this place. */
  key(seq: number): number {
    return this.#keys[seq] ?? 0;
  }

  /** Which edit of the message it is, or {@link DELETED}. */
  edit(seq: number): number {
    return this.#edits[seq] ?? 0;
  }

  #grow(seq: number): void {
    const size = Math.max(seq + 1, this.#revisions.length * 2);
    const [revisions, keys, edits] = [new Int32Array(size), new Int32Array(size), new Int16Array(size)];
    revisions.set(this.#revisions);
    keys.set(this.#keys);
    edits.set(this.#edits);
    [this.#revisions, this.#keys, this.#edits] = [revisions, keys, edits];
  }
}
