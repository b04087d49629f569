import type { Readable } from 'node:stream';
import { StartError } from '../start-error';

/** Bytes. POSIX.1-2017, pax, "ustar Interchange Format": everything comes in blocks, and two empty ones are the end. */
const BLOCK = 512;

/** A header's fields, which lie behind one another, by their lengths: name, mode, uid, gid, size, mtime, checksum, type … */
const NAME = { at: 0, bytes: 100 };
const SIZE = { at: 124, bytes: 12 };
const CHECKSUM = { at: 148, bytes: 8 };

/** A file within an archive. */
export interface Entry {
  name: string;
  content: Buffer;
}

/** The sum of a header's bytes, where those of the sum itself count as spaces. */
function checksumOf(header: Buffer): number {
  const own = header.subarray(CHECKSUM.at, CHECKSUM.at + CHECKSUM.bytes);
  const sum = (bytes: Buffer) => bytes.reduce((total, byte) => total + byte, 0);
  return sum(header) - sum(own) + CHECKSUM.bytes * 0x20;
}

function octal(number: number, bytes: number): string {
  return `${number.toString(8).padStart(bytes - 1, '0')}\0`;
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

/**
 * A file as it lies in an archive, readable by its owner alone.
 *
 * @param name at most 100 ASCII characters
 */
export function tarEntry({ name, content }: Entry, modified: Date): Buffer[] {
  const header = Buffer.alloc(BLOCK);
  const fields = [octal(0o600, 8), octal(0, 8), octal(0, 8), octal(content.length, SIZE.bytes)];
  fields.push(octal(Math.floor(modified.getTime() / 1_000), 12), ' '.repeat(CHECKSUM.bytes), '0', '\0'.repeat(100));
  if (Buffer.byteLength(name) > NAME.bytes) throw new Error(`${name} is too long for an archive`);
  header.write(name.padEnd(NAME.bytes, '\0') + fields.join('') + 'ustar\u000000', 'latin1');
  header.write(octal(checksumOf(header), CHECKSUM.bytes - 1), CHECKSUM.at, 'latin1');
  return [header, content, padding(content.length)];
}

/** What stands behind the last file. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

const damaged = () => new StartError('The archive is truncated or damaged: it is no whole tar.gz.');

/** Hands out a stream's bytes in pieces of the length asked for. */
class Pieces {
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(stream: Readable) {
    this.#chunks = (stream as AsyncIterable<Buffer, undefined>)[Symbol.asyncIterator]();
  }

  /** @throws StartError when there is less */
  async next(bytes: number): Promise<Buffer> {
    while (this.#bytes < bytes) {
      const { value, done } = await this.#chunks.next();
      if (done) throw damaged();
      this.#parts.push(value);
      this.#bytes += value.length;
    }
    const all = Buffer.concat(this.#parts);
    this.#parts = [all.subarray(bytes)];
    this.#bytes = all.length - bytes;
    return all.subarray(0, bytes);
  }

  /** Reads to the end: only there does gzip say whether all before was right. @throws StartError unless only zeros are left */
  async rest(): Promise<void> {
    for (const part of this.#parts) if (part.some((byte) => byte !== 0)) throw damaged();
    for (;;) {
      const { value, done } = await this.#chunks.next();
      if (done) return;
      if (value.some((byte) => byte !== 0)) throw damaged();
    }
  }
}

/**
 * Reads an archive's files, one after the other.
 *
 * @param stream the archive, unpacked from gzip
 * @param largest says how many bytes a file of this name may have; asked before they are read into memory
 * @throws StartError when it is truncated, damaged, or no such archive; whatever `largest` throws
 */
export async function* tarEntries(stream: Readable, largest: (name: string) => number): AsyncGenerator<Entry> {
  const pieces = new Pieces(stream);
  for (;;) {
    const header = await pieces.next(BLOCK);
    if (header.every((byte) => byte === 0)) {
      await pieces.rest();
      return;
    }
    const text = ({ at, bytes }: typeof NAME) =>
      header
        .toString('latin1', at, at + bytes)
        .split('\0')[0]
        ?.trim() ?? '';
    const number = (field: typeof NAME) => (/^[0-7]+$/.test(text(field)) ? parseInt(text(field), 8) : NaN);
    const [name, size] = [text(NAME), number(SIZE)];
    if (number(CHECKSUM) !== checksumOf(header) || Number.isNaN(size) || size > largest(name)) throw damaged();
    const content = await pieces.next(size);
    await pieces.next(padding(size).length);
    yield { name, content };
  }
}
