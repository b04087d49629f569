import type { Random } from './random';

/** What mutations are made of, beside the bytes themselves. */
export interface MutatorOptions {
  /** other valid inputs, whose parts are put in */
  donors: readonly Buffer[];
  /** words of the protocol, put in where they do not belong; bytes written as Latin-1 */
  words: readonly string[];
}

/** Numbers at which programs err: ends of integer types, signs, what is no number for some and one for others. */
export const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1',
  '01',
  '127',
  '128',
  '255',
  '256',
  '65535',
  '65536',
  '131072',
  '262145',
  '999999999',
  '1000000000',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '1.5',
  '1e3',
  '1e309',
  '-1e309',
  '0x10',
  'NaN',
  'Infinity',
  'null',
  '',
];

/** Bytes that end, escape, hide or continue something in one of the layers. */
const BYTES = [
  0x00, 0x01, 0x09, 0x0a, 0x0d, 0x1e, 0x20, 0x22, 0x25, 0x2f, 0x3a, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff,
];

const ENCODINGS = [
  '%',
  '%0',
  '%zz',
  '%00',
  '%0d%0a',
  '%2f',
  '%2e%2e%2f',
  '%5c',
  '%ff',
  '%c0%af',
  '%ed%a0%80',
  '%u0041',
  '+',
];

type Operation = (bytes: Buffer, random: Random, options: MutatorOptions) => Buffer;

const LONGEST = 300_000;

function put(bytes: Buffer, at: number, removed: number, added: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

/** A place in the bytes; every second one begins a line, where most protocols begin something. */
function place(bytes: Buffer, random: Random): number {
  const at = random.int(bytes.length + 1);
  if (random.chance(0.5)) return at;
  const line = bytes.indexOf(0x0a, at);
  return line < 0 ? at : line + 1;
}

/** The line about a place, its end included. */
function lineAt(bytes: Buffer, at: number): { from: number; to: number } {
  const from = at === 0 ? 0 : bytes.lastIndexOf(0x0a, at - 1) + 1;
  const end = bytes.indexOf(0x0a, at);
  return { from, to: end < 0 ? bytes.length : end + 1 };
}

const OPERATIONS: readonly Operation[] = [
  function flipBit(bytes, random) {
    if (bytes.length === 0) return bytes;
    const copy = Buffer.from(bytes);
    const at = random.int(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
    return copy;
  },
  function setByte(bytes, random) {
    return put(bytes, random.int(bytes.length + 1), 1, Buffer.of(random.pick(BYTES)));
  },
  function insertBytes(bytes, random) {
    const added = Buffer.from(Array.from({ length: 1 + random.int(8) }, () => random.int(256)));
    return put(bytes, place(bytes, random), 0, added);
  },
  function deleteRange(bytes, random) {
    return put(bytes, place(bytes, random), 1 + random.int(16), Buffer.alloc(0));
  },
  function deleteLine(bytes, random) {
    const { from, to } = lineAt(bytes, random.int(bytes.length + 1));
    return put(bytes, from, to - from, Buffer.alloc(0));
  },
  function duplicateLine(bytes, random) {
    const { from, to } = lineAt(bytes, random.int(bytes.length + 1));
    return put(bytes, from, 0, bytes.subarray(from, to));
  },
  function repeatRange(bytes, random) {
    const from = random.int(bytes.length + 1);
    const part = bytes.subarray(from, from + 1 + random.int(32));
    const times = random.chance(0.1) ? 2_000 : 1 + random.int(8);
    return put(bytes, from, 0, Buffer.concat(Array.from({ length: times }, () => part)));
  },
  function splice(bytes, random, { donors }) {
    const donor = random.pick(donors);
    return Buffer.concat([bytes.subarray(0, place(bytes, random)), donor.subarray(place(donor, random))]);
  },
  function append(bytes, random, { donors }) {
    return Buffer.concat([bytes, random.pick(donors)]);
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.int(bytes.length + 1));
  },
  function insertWord(bytes, random, { words }) {
    return put(bytes, place(bytes, random), 0, Buffer.from(random.pick(words), 'latin1'));
  },
  function replaceLine(bytes, random, { words }) {
    const { from, to } = lineAt(bytes, random.int(bytes.length + 1));
    return put(bytes, from, to - from, Buffer.from(random.pick(words), 'latin1'));
  },
  function replaceNumber(bytes, random) {
    const found = [...bytes.toString('latin1').matchAll(/\d+/g)];
    if (found.length === 0) return bytes;
    const { index, 0: digits } = random.pick(found);
    return put(bytes, index, digits.length, Buffer.from(random.pick(NUMBERS)));
  },
  function breakEncoding(bytes, random) {
    const { from, to } = lineAt(bytes, 0);
    return put(bytes, from + random.int(to - from + 1), 0, Buffer.from(random.pick(ENCODINGS)));
  },
];

/**
 * Breaks a valid input: an operation, or a few one after the other. One in twelve comes out whole, so that what a run has made
 * goes on being used.
 *
 * @returns bytes that depend on the arguments alone, {@link LONGEST} at most
 */
export function mutate(bytes: Buffer, random: Random, options: MutatorOptions): Buffer {
  if (random.chance(1 / 12)) return bytes;
  let mutated = bytes;
  do mutated = random.pick(OPERATIONS)(mutated, random, options);
  while (random.chance(0.4));
  return mutated.subarray(0, LONGEST);
}

/**
 * Puts what only a run knows (tokens, ids) where the mutator has left its placeholder, as `{TOKEN}`, alone: before, the same
 * seed gives the same bytes in every run.
 */
export function fill(bytes: Buffer, values: Record<string, string>): Buffer {
  const text = bytes.toString('latin1');
  return Buffer.from(
    text.replace(/\{([A-Z]+)\}/g, (whole, name: string) => values[name] ?? whole),
    'latin1',
  );
}
