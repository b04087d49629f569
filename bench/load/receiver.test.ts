import { beforeEach, describe, expect, it } from 'vitest';
import { OPCODE } from './frames';
import { Receiver } from './receiver';
import { bodyOf, RoomLog } from './room-log';
import { Tally } from './tally';
import { WIRES } from './wire';

const EPOCH = 7;

/** A text frame as a server sends it. */
function frame(payload: object, opcode: number = OPCODE.text): Buffer {
  const text = Buffer.from(JSON.stringify(payload));
  const header = Buffer.from([0x80 | opcode, 126, text.length >> 8, text.length & 0xff]);
  return Buffer.concat([header, text]);
}

/** A fact of some messages, given by index; the `seq` is one more, unless it is said. */
const fact = (...messages: (number | [index: number, seq: number])[]): Buffer =>
  frame({
    type: 'messages:created',
    messages: messages
      .map((message) => (typeof message === 'number' ? ([message, message + 1] as const) : message))
      .map(([index, seq]) => ({ seq, body: bodyOf(EPOCH, index, 100) })),
  });

const ack = (id: number): Buffer => frame({ type: 'ack', id, ok: true });

let tally: Tally;
let log: RoomLog;
let others: string[];
let readers: [Receiver, Receiver, Receiver];

/** Gives bytes to a receiver, so many at a time. */
function give(receiver: Receiver, bytes: Buffer, step = bytes.length, now = 50): void {
  for (let at = 0; at < bytes.length; at += step) {
    const chunk = Buffer.from(bytes.subarray(at, at + step));
    receiver.take(chunk, now);
    // All sockets read into one buffer: what was kept of it must be a copy.
    chunk.fill(0);
  }
}

const counts = () => {
  const { deliveries, doubled, reordered, stray } = tally;
  return { deliveries, doubled, reordered, stray, missing: readers.map((reader) => reader.missing()) };
};

beforeEach(() => {
  tally = new Tally();
  log = new RoomLog(tally);
  others = [];
  const reader = () => new Receiver(log, WIRES.WebSocket, (_opcode, payload) => others.push(payload.toString()));
  readers = [reader(), reader(), reader()];
  log.begin(EPOCH, readers.length);
  for (let index = 0; index < 6; index++) log.acknowledge(log.send(10 * index), 60);
});

const ALL = () => Buffer.concat([fact(0), fact(1, 2), fact(3), fact(4, 5)]);

describe('receivers of one room', () => {
  it.each([1, 2, 3, 50, 113, 200, 10_000])('count every copy once, however the stream is cut (%i bytes)', (step) => {
    for (const [place, reader] of readers.entries()) give(reader, ALL(), step + place);
    expect(counts()).toEqual({ deliveries: 18, doubled: 0, reordered: 0, stray: 0, missing: [0, 0, 0] });
    expect(tally.delivery.quantiles()).toMatchObject({ count: 18, max: 50 });
    expect(tally.last.quantiles().count).toBe(6);
  });

  it.each([1, 3, 7, 64, 10_000])('are told other frames between the same facts (%i bytes at a time)', (step) => {
    const [first, second, third] = readers;
    give(first, Buffer.concat([ack(1), fact(0), fact(1, 2), ack(2), fact(3), fact(4, 5)]), step);
    give(second, Buffer.concat([fact(0), ack(3), fact(1, 2), fact(3), ack(4), ack(5), fact(4, 5)]), step);
    give(third, Buffer.concat([ALL(), ack(6)]), step);
    expect(counts()).toEqual({ deliveries: 18, doubled: 0, reordered: 0, stray: 0, missing: [0, 0, 0] });
    expect(others.map((text) => /"id":(\d)/.exec(text)?.[1])).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('count the time until the last of them has it', () => {
    const [first, second, third] = readers;
    give(first, fact(0), undefined, 20);
    give(second, fact(0), undefined, 30);
    expect(tally.last.quantiles().count).toBe(0);
    give(third, fact(0), undefined, 40);
    expect(tally.last.quantiles()).toMatchObject({ count: 1, max: 40 });
  });

  it('notice what never came to one of them', () => {
    const [first, second, third] = readers;
    give(first, ALL());
    give(second, Buffer.concat([fact(0), fact(1, 2), fact(4, 5)]));
    give(third, Buffer.concat([fact(0), fact(1, 2), fact(3)]));
    expect(counts()).toMatchObject({ missing: [0, 1, 2], doubled: 0 });
  });

  it('notice what was acknowledged and came to none of them', () => {
    for (const reader of readers) give(reader, Buffer.concat([fact(0), fact(2), fact(3), fact(4, 5)]));
    expect(counts()).toMatchObject({ deliveries: 15, missing: [1, 1, 1] });
  });

  it('notice what came twice, to all', () => {
    for (const reader of readers) give(reader, Buffer.concat([ALL(), fact(3)]));
    expect(counts()).toMatchObject({ doubled: 3, missing: [0, 0, 0] });
    expect(tally.delivery.quantiles().count).toBe(18);
  });

  it('notice what came twice, to one', () => {
    const [first, second, third] = readers;
    give(first, ALL());
    give(second, Buffer.concat([ALL(), fact(5)]));
    give(third, Buffer.concat([fact(0), fact(0), fact(1, 2), fact(3), fact(4, 5)]));
    expect(counts()).toMatchObject({ doubled: 2, missing: [0, 0, 0] });
  });

  it('notice what came in another order, to all', () => {
    for (const reader of readers) give(reader, Buffer.concat([fact(0, 2), fact(1), fact(3), fact(5, 4)]));
    expect(counts()).toMatchObject({ reordered: 6, doubled: 0, missing: [0, 0, 0] });
  });

  it('notice what came in another order, to one', () => {
    const [first, second, third] = readers;
    give(first, ALL());
    give(second, ALL());
    give(third, Buffer.concat([fact(0), fact(3), fact(1, 2), fact(4, 5)]));
    expect(counts()).toMatchObject({ reordered: 2, doubled: 0, missing: [0, 0, 0] });
  });

  it('take the same messages in other frames for what they are', () => {
    const [first, second, third] = readers;
    give(first, ALL());
    give(second, Buffer.concat([fact(0, 1, 2), fact(3, 4, 5)]), 70);
    give(third, Buffer.concat([fact(0), fact(1), fact(2), fact(3), fact(4), fact(5)]), 70);
    expect(counts()).toEqual({ deliveries: 18, doubled: 0, reordered: 0, stray: 0, missing: [0, 0, 0] });
  });

  it('count nothing of an earlier measurement', () => {
    const old = frame({ type: 'messages:created', messages: [{ seq: 9, body: bodyOf(EPOCH - 1, 0, 100) }] });
    for (const reader of readers) give(reader, Buffer.concat([old, ALL()]));
    expect(counts()).toEqual({ deliveries: 18, doubled: 0, reordered: 0, stray: 1, missing: [0, 0, 0] });
  });

  it('go on when a long log forgets its beginning', () => {
    const [first, second, third] = readers;
    const many = Array.from({ length: 20_000 }, () => log.send(0));
    for (const index of many) {
      give(first, fact(index));
      give(second, fact(index));
      if (index < 15_000) give(third, fact(index));
    }
    log.trim(() => readers);
    for (const index of many) if (index >= 15_000) give(third, fact(index));
    expect(tally.deliveries).toBe(60_000);
    expect(tally.doubled + tally.reordered).toBe(0);
  });
});
