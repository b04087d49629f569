import { connect, type Socket } from 'node:net';
import { encodeFrame, OPCODE } from './frames';
import { Handshake } from './handshake';
import { Receiver } from './receiver';
import type { RoomLog } from './room-log';
import { WIRES, type Protocol, type Wire } from './wire';

/** One for all sockets: what is read is dealt with before the next one reads. Not so on Windows, where nothing here is measured. */
const SHARED = Buffer.allocUnsafe(256 * 1024);

export interface ClientOptions {
  port: number;
  protocol: Protocol;
  room: string;
  token: string;
}

/** What a client tells whoever drives it. */
export interface ClientEvents {
  joined(): void;
  /** the answer to a message; `code` says why not */
  answered(client: Client, call: number, ok: boolean, code: string): void;
  /** it is connected no more, or never was */
  ended(reason: string): void;
}

/** A member of one room on a raw TCP socket, cheap enough for ten thousand in one process. */
export class Client {
  readonly #options: ClientOptions;
  readonly #events: ClientEvents;
  readonly #wire: Wire;
  readonly #socket: Socket;
  readonly receiver: Receiver;
  #handshake: Handshake | null;
  #reason = '';
  isOpen = false;

  constructor(options: ClientOptions, log: RoomLog, events: ClientEvents) {
    const { port, protocol, room, token } = options;
    this.#options = options;
    this.#events = events;
    this.#wire = WIRES[protocol];
    this.receiver = new Receiver(log, this.#wire, (opcode, payload) => this.#hear(opcode, payload));
    this.#handshake = new Handshake(port, this.#wire.path(room), protocol === 'WebSocket' ? token : '');
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: SHARED, callback: (bytes) => this.#take(SHARED.subarray(0, bytes)) },
    });
    this.#socket.write(this.#handshake.request);
    this.#socket.on('error', (error) => (this.#reason ||= 'code' in error ? String(error.code) : error.message));
    this.#socket.on('close', () => {
      this.isOpen = false;
      this.#events.ended(this.#reason || 'closed without a word');
    });
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** Says something in its room; `call` is what its answer will carry. */
  send(call: number, body: string, clientMessageId: string): void {
    this.#say(this.#wire.call(this.#options.room, call, 'message:send', { body, clientMessageId }));
  }

  /** Hangs up, for want of what it should have got. */
  end(): void {
    this.#fail('hung up on');
  }

  #say(text: string): void {
    this.#socket.write(encodeFrame(OPCODE.text, Buffer.from(text)));
  }

  #take(chunk: Buffer): boolean {
    try {
      let bytes = chunk;
      if (this.#handshake) {
        const answer = this.#handshake.take(chunk);
        if (!answer) return true;
        if (!answer.agreed) throw new Error(`status ${answer.status}`);
        this.#handshake = null;
        bytes = answer.rest;
      }
      this.receiver.take(bytes, performance.now());
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
    return true;
  }

  #fail(reason: string): void {
    this.#reason ||= reason;
    this.#socket.destroy();
  }

  #hear(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.#socket.write(encodeFrame(OPCODE.pong, payload));
    else if (opcode === OPCODE.close) this.#fail(payload.length >= 2 ? String(payload.readUInt16BE(0)) : 'close frame');
    else if (opcode === OPCODE.text) this.#heed(payload);
  }

  #heed(payload: Buffer): void {
    const said = this.#wire.read(payload);
    if (said.kind === 'ping') this.#say('3');
    else if (said.kind === 'opened') this.#say(this.#wire.connect(this.#options.token));
    else if (said.kind === 'connected') this.#say(this.#wire.join(this.#options.room));
    else if (said.kind === 'refused') this.#fail(said.code);
    else if (said.kind === 'closing') this.#reason ||= String(said.code);
    else if (said.kind === 'answer') this.#events.answered(this, said.call, said.ok, said.code);
    else if (said.kind === 'joined') {
      this.receiver.beginAtEnd();
      this.isOpen = true;
      this.#events.joined();
    }
  }
}
