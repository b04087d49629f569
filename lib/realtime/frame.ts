import type { FactName, Facts } from '../contracts/facts';

/** A text frame as a server sends it: final and unmasked (RFC 6455, 5.2). */
function webSocketFrame(payload: Buffer): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

/** How a fact leaves over Engine.IO: `data` for long polling, and for a WebSocket the frame as it goes over the wire. */
export interface EngineMessage {
  data: string;
  options: { compress: boolean; wsPreEncodedFrame: [frame: Buffer] };
}

/**
 * A fact on its way to many connections: encoded at most once for each protocol, however many receive it. Whoever does not read yet
 * keeps a reference to the same bytes, not a copy.
 */
export class Frame<N extends FactName = FactName> {
  readonly name: N;
  readonly payload: Facts[N];
  #plain: Buffer | undefined;
  #socketIo: EngineMessage | undefined;

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

  /** The text frame of the plain WebSocket: the fact's name as `type`, first. UTF-8, without the frame's header. */
  get plain(): Buffer {
    return (this.#plain ??= Buffer.from(JSON.stringify({ type: this.name, ...this.payload })));
  }

  /**
   * The Engine.IO message that carries a Socket.IO event packet of the default namespace: `2` and a JSON array
   * (Socket.IO protocol 5, "Packet encoding"). Engine.IO itself puts its `4` before it, but in the ready-made frame.
   */
  get socketIo(): EngineMessage {
    if (!this.#socketIo) {
      const data = `2${JSON.stringify([this.name, this.payload])}`;
      this.#socketIo = {
        data,
        options: { compress: false, wsPreEncodedFrame: [webSocketFrame(Buffer.from(`4${data}`))] },
      };
    }
    return this.#socketIo;
  }
}
