import type { FactName, Facts } from '../contracts/facts';

/** Kinds of frames (RFC 6455, 5.2). */
const OPCODE = { text: 0x1, ping: 0x9 } as const;

/**
 * A frame as a server sends it: final and unmasked (RFC 6455, 5.2).
 *
 * @param kind a ping has at most 125 bytes (5.5)
 * @returns header and payload in one piece, so that it is one write
 */
export function webSocketFrame(text: string, kind: keyof typeof OPCODE = 'text'): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  // Not from the pool: a slice of it would keep eight kilobytes alive for as long as one slow reader has not read it.
  const frame = Buffer.allocUnsafeSlow(start + length);
  frame[0] = 0x80 | OPCODE[kind];
  frame[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (start === 4) frame.writeUInt16BE(length, 2);
  if (start === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, start);
  return frame;
}

/**
 * A fact on its way to many connections: encoded at most once for each protocol, however many receive it. Whoever does not read yet
 * keeps a reference to the same bytes, not a copy.
 */
export class Frame<N extends FactName = FactName> {
  readonly name: N;
  readonly payload: Facts[N];
  #plain: Buffer | undefined;
  #text: string | undefined;
  #socketIo: Buffer | undefined;

  constructor(name: N, payload: Facts[N]) {
    this.name = name;
    this.payload = payload;
  }

  /** The room that the fact is about, if it is about one. */
  get roomId(): number | null {
    const { payload } = this;
    if ('roomId' in payload) return payload.roomId;
    return 'room' in payload ? payload.room.id : null;
  }

  /** As the plain WebSocket says it, the fact's name as `type` first: a whole WebSocket frame. */
  get plain(): Buffer {
    return (this.#plain ??= webSocketFrame(JSON.stringify({ type: this.name, ...this.payload })));
  }

  /**
   * The Engine.IO message that carries a Socket.IO event packet of the default namespace: `2` and a JSON array
   * (Socket.IO protocol 5, "Packet encoding"). Engine.IO itself puts its `4` before it.
   */
  get text(): string {
    return (this.#text ??= `2${JSON.stringify([this.name, this.payload])}`);
  }

  /** The same as a whole WebSocket frame. */
  get socketIo(): Buffer {
    return (this.#socketIo ??= webSocketFrame(`4${this.text}`));
  }
}
