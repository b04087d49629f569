import { randomBytes, randomFillSync } from 'node:crypto';

/** RFC 6455, 5.2. */
export const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;

/** Fresh random bytes for masks, drawn many at a time: 5.3 asks for an unpredictable mask of each frame. */
const entropy = randomBytes(4_096);
let drawn = 0;

function drawMask(): number {
  if (drawn === entropy.length) {
    randomFillSync(entropy);
    drawn = 0;
  }
  drawn += 4;
  return drawn - 4;
}

/**
 * A frame as a client sends it: final and masked.
 *
 * @param payload below 64 KiB, which is far more than a load generator says
 * @throws RangeError for a longer one
 */
export function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length > 65_535) throw new RangeError(`A load generator sends no frame of ${length} bytes`);
  const headerBytes = length < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(headerBytes + 4 + length);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (length < 126 ? length : 126);
  if (headerBytes === 4) frame.writeUInt16BE(length, 2);
  const mask = drawMask();
  entropy.copy(frame, headerBytes, mask, mask + 4);
  const start = headerBytes + 4;
  for (let index = 0; index < length; index++) {
    frame[start + index] = (payload[index] ?? 0) ^ (entropy[mask + (index & 3)] ?? 0);
  }
  return frame;
}

/** Where a frame's parts lie in a buffer. */
export interface FrameView {
  opcode: number;
  /** where its payload begins */
  payload: number;
  /** where it ends, and the next one begins */
  end: number;
}

/** A server that breaks RFC 6455, or uses what none of the measured ones should. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Finds the frame that begins at `at`.
 *
 * @returns null while it is not wholly there
 * @throws FrameError for frames that are masked, compressed, fragmented, or of a size that no chat sends
 */
export function readFrame(buffer: Buffer, at: number): FrameView | null {
  if (buffer.length < at + 2) return null;
  const [first = 0, second = 0] = [buffer[at], buffer[at + 1]];
  if ((first & 0xf0) !== FINAL) throw new FrameError('A frame is fragmented, or has reserved bits set');
  if ((second & MASKED) !== 0) throw new FrameError('A frame of a server is masked');
  let payload = at + 2;
  let length = second;
  if (second === 126) {
    if (buffer.length < at + 4) return null;
    length = buffer.readUInt16BE(at + 2);
    payload = at + 4;
  } else if (second === 127) {
    if (buffer.length < at + 10) return null;
    if (buffer.readUInt32BE(at + 2) !== 0) throw new FrameError('A frame of more than 4 GiB');
    length = buffer.readUInt32BE(at + 6);
    payload = at + 10;
  }
  const end = payload + length;
  return end <= buffer.length ? { opcode: first & 0x0f, payload, end } : null;
}
