import type { Duplex } from 'node:stream';
import type { Server as SocketIo, Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { authenticate, credentialOf } from '../auth/credentials';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { CLOSE_CODES } from '../contracts/facts';
import { limit } from '../limits';
import { callCommand, wireError } from './calls';
import { Connection, LINGER_MS, MAX_BUFFERED, untilAnswered } from './connection';
import { Frame } from './frame';
import type { Handshakes } from './handshakes';
import type { Hub } from './hub';
import { Receipts } from './receipts';
import { wireOf } from './transport';

/** What Engine.IO says of a packet, as far as it is looked at. */
interface EnginePacket {
  type: string;
  data?: unknown;
  options?: object;
}

/** Bytes of a packet as it goes over the wire, but for a header. */
function sizeOf({ data, options }: EnginePacket): number {
  if (options && 'wsPreEncodedFrame' in options && Array.isArray(options.wsPreEncodedFrame)) {
    const frame: unknown = options.wsPreEncodedFrame[0];
    if (Buffer.isBuffer(frame)) return frame.length;
  }
  if (typeof data === 'string') return Buffer.byteLength(data);
  return Buffer.isBuffer(data) ? data.length : 0;
}

/** The WebSocket below Engine.IO's transport; there is none below long polling. */
function webSocketOf({ transport }: Socket['conn']): WebSocket | undefined {
  return 'socket' in transport && transport.socket instanceof WebSocket ? transport.socket : undefined;
}

/** By way of Engine.IO's queue: what polls, what is being upgraded, and what has not left yet goes before. */
function write(conn: Socket['conn'], frame: Frame): void {
  const options: object = { compress: false, wsPreEncodedFrame: [frame.socketIo] };
  conn.write(frame.text, options);
}

class SocketIoConnection extends Connection {
  readonly #socket: Socket;
  #webSocket: WebSocket | undefined;
  #wire: Duplex | undefined;
  #receipts: Receipts | undefined;
  /** bytes that wait until the transport takes more: for its last packets to leave, or for the next poll */
  #queued = 0;
  #queuedSince = 0;
  /** bytes of the packets that make up the next command */
  #heard = 0;

  constructor(socket: Socket, actor: Actor) {
    super(actor);
    this.#socket = socket;
    const { conn } = socket;
    this.#watch();
    conn.on('upgrade', () => this.#watch());
    conn.on('drain', () => (this.#queued = 0));
    // Every packet, whoever wrote it: acknowledgements of a client that does not read them fill the line just as well.
    conn.on('packetCreate', (packet: EnginePacket) => this.#count(sizeOf(packet)));
    conn.on('packet', (packet: EnginePacket) => (this.#heard += packet.type === 'message' ? sizeOf(packet) : 0));
  }

  /**
   * Past Socket.IO's own emit, which would encode the same packet anew for each of a room's sockets, and past Engine.IO's queue
   * where nothing waits in it.
   */
  protected override transmit(frame: Frame): void {
    const { conn, connected } = this.#socket;
    if (!connected || this.gone) return;
    const wire = this.#wire;
    if (!wire || this.#queued > 0 || this.#webSocket?.readyState !== WebSocket.OPEN) {
      write(conn, frame);
      return;
    }
    if (this.waiting > 0) untilAnswered(wire);
    wire.write(frame.socketIo);
    this.#receipts?.count(frame.socketIo.length);
    if (wire.writableLength - frame.socketIo.length > MAX_BUFFERED) this.close(CLOSE_CODES.tooSlow);
  }

  get buffered(): number {
    return this.#queued + (this.#wire?.writableLength ?? 0);
  }

  /** What is said meanwhile leaves in one write. */
  together(say: () => void): void {
    this.#wire?.cork();
    say();
    this.#wire?.uncork();
  }

  /** Long polling has no receipts: whoever does not ask for what waits stands still. */
  standsFor(): number {
    const standing = this.#receipts?.standsFor();
    if (standing !== undefined) return standing;
    return this.#queued > 0 ? performance.now() - this.#queuedSince : 0;
  }

  /** @returns bytes of what has come since the last command */
  takeHeard(): number {
    const bytes = this.#heard;
    this.#heard = 0;
    return bytes;
  }

  /** Ends the line itself: Engine.IO would wait half a minute more for a dead peer to answer that it is closed. */
  drop(): void {
    this.#webSocket?.terminate();
  }

  /** A client that polls sends when it likes: of it there is nothing to stop reading. */
  protected override read(reading: boolean): boolean {
    this.#receipts?.excuse();
    if (reading) this.#webSocket?.resume();
    else this.#webSocket?.pause();
    return this.#webSocket !== undefined;
  }

  protected override shut(code: number, retryAfterMs?: number): void {
    const { conn } = this.#socket;
    if (code === CLOSE_CODES.tooSlow) {
      // Engine.IO would wait for what was not read to leave, and would give no reason.
      const webSocket = this.#webSocket;
      webSocket?.close(code);
      conn.close(true);
      setTimeout(() => webSocket?.terminate(), LINGER_MS).unref();
      return;
    }
    write(conn, new Frame('session:closing', { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }));
    conn.close();
  }

  #watch(): void {
    this.#webSocket = webSocketOf(this.#socket.conn);
    this.#wire = this.#webSocket && wireOf(this.#webSocket);
    this.#receipts = this.#webSocket && this.#wire && new Receipts(this.#webSocket, this.#wire);
  }

  #count(bytes: number): void {
    if (this.#queued === 0) this.#queuedSince = performance.now();
    const before = this.#queued + (this.#webSocket?.bufferedAmount ?? 0);
    this.#queued += bytes;
    this.#receipts?.count(bytes);
    if (before > MAX_BUFFERED) this.close(CLOSE_CODES.tooSlow);
  }
}

/** Attempts to be let in over one connection: a client that was refused comes back with other credentials, once or twice. */
const MAX_ATTEMPTS = 5;

/** The error that a refused handshake carries: `connect_error` with `data` in the wire's form. */
class HandshakeError extends Error {
  readonly data: unknown;
  constructor(error: unknown) {
    const wire = wireError(error, 'socket.io');
    super(wire.message);
    this.data = wire;
  }
}

async function admit(socket: Socket): Promise<Actor> {
  if (socket.conn.readyState !== 'open') throw new AppError('unavailable', 'This connection is closed.');
  const { headers } = socket.request;
  const auth: unknown = socket.handshake.auth;
  const given = typeof auth === 'object' && auth !== null ? auth : {};
  const authToken = 'token' in given ? given.token : undefined;
  const actor = await authenticate(
    credentialOf({ authorization: headers.authorization, authToken, cookie: headers.cookie }),
  );
  // A page that comes back after somebody else has signed in must not speak, nor hear, as them.
  if ('account' in given && given.account !== actor.id) {
    throw new AppError('unauthenticated', 'This browser is signed in as somebody else now.');
  }
  await limit('connect', actor.id);
  return actor;
}

function serve(hub: Hub, socket: Socket, actor: Actor): void {
  const connection = new SocketIoConnection(socket, actor);
  socket.on('disconnect', (reason) => {
    hub.remove(connection);
    if (reason === 'ping timeout') connection.drop();
  });
  socket.onAny((name: string, ...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
    const bytes = connection.takeHeard();
    connection.heard(bytes);
    callCommand(hub, connection, name, args[0])
      .then(({ result, afterwards }) => {
        connection.together(() => {
          acknowledge({ ok: true, ...result });
          afterwards?.();
        });
      })
      .catch((error: unknown) => {
        // Who has taken leave of the namespace is refused nothing any more, though their line is still open.
        if (socket.connected) acknowledge({ ok: false, error: wireError(error, 'socket.io') });
      })
      .finally(() => connection.answered(bytes));
  });
  hub.add(connection);
}

/**
 * Serves the contract's Socket.IO half: a thin loop over the commands.
 *
 * @param handshakes through which everybody is let in
 */
export function serveSocketIo(io: SocketIo, hub: Hub, handshakes: Handshakes): void {
  const actors = new WeakMap<Socket, Actor>();
  const attempts = new WeakMap<Socket['conn'], number>();
  io.use((socket, next) => {
    const attempt = (attempts.get(socket.conn) ?? 0) + 1;
    attempts.set(socket.conn, attempt);
    // Socket.IO takes each CONNECT packet for an attempt until one has succeeded: one connection could fill the line for all.
    if (attempt > MAX_ATTEMPTS) {
      socket.conn.close();
      return;
    }
    handshakes
      .run(() => admit(socket))
      .then(
        (actor) => {
          actors.set(socket, actor);
          next();
        },
        (error: unknown) => next(new HandshakeError(error)),
      );
  });
  io.on('connection', (socket) => {
    const actor = actors.get(socket);
    if (actor) serve(hub, socket, actor);
    else socket.disconnect(true);
  });
}
