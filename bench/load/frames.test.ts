import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { encodeFrame, FrameError, OPCODE, readFrame } from './frames';
import { Handshake } from './handshake';

/** What ws, as a server, read from our frames, and how it frames what it sends: it says everything back. */
let server: WebSocketServer;
let socket: Socket;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (peer) => peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary })));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const handshake = new Handshake(port, '/', '');
  socket = connect(port, '127.0.0.1');
  socket.write(handshake.request);
  let answer: ReturnType<Handshake['take']>;
  while (!answer) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    // By the byte: nothing says where TCP cuts.
    for (const byte of chunk) answer ??= handshake.take(Buffer.of(byte));
  }
  expect(answer).toMatchObject({ agreed: true, status: '101' });
});

afterAll(() => {
  socket.destroy();
  server.close();
});

async function saidBack(bytes: Buffer): Promise<Buffer> {
  socket.write(bytes);
  let buffer = Buffer.alloc(0);
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    buffer = Buffer.concat([buffer, chunk]);
    const frame = readFrame(buffer, 0);
    if (frame) return buffer.subarray(frame.payload, frame.end);
  }
}

/** A frame as a server sends it. */
function sent(text: string): Buffer {
  const { length } = text;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeUInt32BE(length, 6);
  return Buffer.concat([header, Buffer.from(text)]);
}

const SIZES = [0, 1, 125, 126, 127, 65_535];

describe('a frame to a server', () => {
  it.each(SIZES)('of %i bytes is read by ws as it was meant, and what ws says back is read', async (size) => {
    const payload = Buffer.from('a message '.repeat(size).slice(0, size));
    expect((await saidBack(encodeFrame(OPCODE.text, payload))).equals(payload)).toBe(true);
  });

  it('is masked, each by another mask', () => {
    const payload = Buffer.alloc(64, 'x');
    const [one, other] = [encodeFrame(OPCODE.text, payload), encodeFrame(OPCODE.text, payload)];
    expect(one[1]).toBe(0x80 | 64);
    expect(one.equals(other)).toBe(false);
    expect(one.includes('xxxxxxxx')).toBe(false);
  });

  it('refuses what its two length forms cannot say', () => {
    expect(() => encodeFrame(OPCODE.text, Buffer.alloc(65_536))).toThrow(RangeError);
  });
});

describe('a frame from a server', () => {
  it.each([...SIZES, 65_536, 300_000])('of %i bytes is found where it lies', (size) => {
    const text = 'a'.repeat(size);
    const buffer = Buffer.concat([Buffer.from('before'), sent(text), Buffer.from('behind')]);
    const frame = readFrame(buffer, 6);
    expect(frame?.opcode).toBe(OPCODE.text);
    expect(buffer.toString('utf8', frame?.payload, frame?.end)).toBe(text);
    expect(buffer.toString('utf8', frame?.end)).toBe('behind');
  });

  it.each([1, 126, 70_000])('of %i bytes is waited for until its last byte', (size) => {
    const whole = sent('a'.repeat(size));
    for (const length of [0, 1, 2, 3, 5, 9, whole.length - 1]) {
      expect(readFrame(whole.subarray(0, Math.min(length, whole.length - 1)), 0)).toBeNull();
    }
    expect(readFrame(whole, 0)?.end).toBe(whole.length);
  });

  it.each([
    ['masked', [0x81, 0x81, 1, 2, 3, 4, 5]],
    ['fragmented', [0x01, 0x01, 0x61]],
    ['compressed', [0xc1, 0x01, 0x61]],
  ])('that is %s is an error, not misread', (_name, bytes) => {
    expect(() => readFrame(Buffer.from(bytes), 0)).toThrow(FrameError);
  });
});
