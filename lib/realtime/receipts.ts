import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { webSocketFrame } from './frame';

/** Bytes sent since the last receipt was asked for, below which none is: asking costs as much as telling. */
const WORTH_ASKING = 4 * 1024;
/**
 * Bytes after which a receipt is asked for at once: whoever is behind by many of these is seen to get on with each, as long as they read
 * more than so much in the time that they may stand still: in 20 s, what the slowest mobile line carries. With half of it, and each in a write of its
 * own, a room at full speed spent a tenth of its time on receipts.
 */
const MILESTONE = 128 * 1024;

/**
 * What a WebSocket's reader has really read. What the operating systems and proxies on the way take off our hands (megabytes) says
 * nothing of that, so every now and then a ping follows what was sent, and its pong is the receipt (RFC 6455, 5.5.2 and 5.5.3:
 * every peer answers, and in order). The ping says how much was sent before it.
 */
export class Receipts {
  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  #sent = 0;
  #asked = 0;
  #confirmed = 0;
  /** when the reader was last seen to get on (`performance.now()`) */
  #movedAt = performance.now();

  /** @param wire the connection below the socket */
  constructor(socket: WebSocket, wire: Duplex) {
    this.#socket = socket;
    this.#wire = wire;
    socket.on('pong', (data) => {
      const confirmed = Number(data.toString('latin1'));
      if (confirmed > this.#confirmed && confirmed <= this.#asked) {
        this.#confirmed = confirmed;
        this.#movedAt = performance.now();
      }
    });
  }

  /** Counts what was sent. */
  count(bytes: number): void {
    this.#sent += bytes;
    if (this.#sent - this.#asked >= MILESTONE) this.#ask();
  }

  /** Begins anew to count how long the reader stands still: it was we who did not read what it sent, its receipts included. */
  excuse(): void {
    this.#movedAt = performance.now();
  }

  /**
   * Looks at the reader, and asks for a receipt where enough was sent.
   *
   * @returns milliseconds for which it has not got on; 0 where it owes nothing
   */
  standsFor(): number {
    const standsFor = this.#owes ? performance.now() - this.#movedAt : 0;
    if (this.#sent - this.#asked >= WORTH_ASKING) this.#ask();
    return standsFor;
  }

  get #owes(): boolean {
    return this.#asked > this.#confirmed;
  }

  #ask(): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (!this.#owes) this.#movedAt = performance.now();
    this.#asked = this.#sent;
    this.#wire.write(webSocketFrame(String(this.#sent), 'ping'));
  }
}
