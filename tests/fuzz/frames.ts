/** One WebSocket frame (RFC 6455, 5.2) as its sender means it; each field may be wrong. */
export interface FrameSpec {
  fin?: boolean;
  reserved?: number;
  opcode: number;
  payload?: Buffer;
  /** whether it is masked, as a client's has to be */
  masked?: boolean;
  /** the length it claims */
  length?: number;
  /** the size of the length's field; by default the smallest that takes it */
  lengthBits?: 7 | 16 | 64;
}

const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);

function lengthField(length: number, bits: 7 | 16 | 64, masked: boolean): Buffer {
  const flag = masked ? 0x80 : 0;
  if (bits === 7) return Buffer.of(flag | (length & 0x7f));
  const field = Buffer.alloc(bits === 16 ? 3 : 9);
  field[0] = flag | (bits === 16 ? 126 : 127);
  if (bits === 16) field.writeUInt16BE(length & 0xffff, 1);
  else field.writeBigUInt64BE(BigInt.asUintN(64, BigInt(Math.trunc(length))), 1);
  return field;
}

/** A frame as bytes, whatever it says. */
export function encodeFrame({
  fin = true,
  reserved = 0,
  opcode,
  payload = Buffer.alloc(0),
  masked = true,
  ...rest
}: FrameSpec): Buffer {
  const length = rest.length ?? payload.length;
  const bits = rest.lengthBits ?? (length < 126 ? 7 : length < 65_536 ? 16 : 64);
  const first = Buffer.of((fin ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 0xf));
  const body = masked ? Buffer.from(payload.map((byte, index) => byte ^ (MASK[index % 4] ?? 0))) : payload;
  return Buffer.concat([first, lengthField(length, bits, masked), ...(masked ? [MASK] : []), body]);
}

/** A text frame of a well-behaved client's. */
export function textFrame(text: string): Buffer {
  return encodeFrame({ opcode: 1, payload: Buffer.from(text) });
}

/** A frame of the server's. */
export interface Frame {
  opcode: number;
  payload: Buffer;
}

/**
 * Reads a server's frames: whole ones, without mask.
 *
 * @returns them, and what is wrong with what follows them, if anything but that it is cut short
 */
export function readFrames(bytes: Buffer): { frames: Frame[]; wrong: string | null } {
  const frames: Frame[] = [];
  let rest = bytes;
  while (rest.length >= 2) {
    const [first = 0, second = 0] = rest;
    if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0) return { frames, wrong: 'a frame that no server sends' };
    const short = second & 0x7f;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (rest.length < start) break;
    const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
    if (rest.length < start + length) break;
    frames.push({ opcode: first & 0xf, payload: rest.subarray(start, start + length) });
    rest = rest.subarray(start + length);
  }
  return { frames, wrong: null };
}
