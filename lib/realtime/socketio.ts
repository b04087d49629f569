import type { Server as SocketIo, Socket } from 'socket.io';
import { authenticate, credentialOf } from '../auth/credentials';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { limit } from '../limits';
import { callCommand, wireError } from './calls';
import { Connection, MAX_BUFFERED } from './connection';
import { CLOSE_CODES } from '../contracts/facts';
import { Frame } from './frame';
import type { Hub } from './hub';

class SocketIoConnection extends Connection {
  readonly #socket: Socket;
  #unsent = 0;

  constructor(socket: Socket, actor: Actor) {
    super(actor);
    this.#socket = socket;
    const { conn } = socket;
    conn.on('drain', () => (this.#unsent = 0));
    // Every packet, whoever wrote it: acknowledgements of a client that does not read them fill the line just as well.
    conn.on('packetCreate', (packet: { data?: unknown }) => {
      this.#unsent += typeof packet.data === 'string' ? packet.data.length : 0;
      if (this.#unsent > MAX_BUFFERED) this.close(CLOSE_CODES.tooSlow);
    });
  }

  /** Past Socket.IO's own emit, which would encode the same packet anew for each of a room's sockets. */
  send(frame: Frame): void {
    if (this.#socket.connected && !this.gone) this.#socket.conn.write(frame.socketIo, { compress: false });
  }

  protected override shut(code: number, retryAfterMs?: number): void {
    const { conn } = this.#socket;
    if (code === CLOSE_CODES.tooSlow) {
      // Whoever does not read would not read the reason either, and waiting for them keeps what they did not read.
      conn.close(true);
      return;
    }
    conn.write(
      new Frame('session:closing', { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }).socketIo,
    );
    conn.close();
  }
}

/** The error that a refused handshake carries: `connect_error` with `data` in the wire's form. */
class HandshakeError extends Error {
  readonly data: unknown;
  constructor(error: unknown) {
    const wire = wireError(error);
    super(wire.message);
    this.data = wire;
  }
}

async function admit(socket: Socket): Promise<Actor> {
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
  socket.on('disconnect', () => hub.remove(connection));
  socket.onAny((name: string, ...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
    callCommand(hub, connection, name, args[0])
      .then(({ result, afterwards }) => {
        acknowledge({ ok: true, ...result });
        afterwards?.();
      })
      .catch((error: unknown) => acknowledge({ ok: false, error: wireError(error) }));
  });
  hub.add(connection);
}

/** Serves the contract's Socket.IO half: a thin loop over the commands. */
export function serveSocketIo(io: SocketIo, hub: Hub): void {
  const actors = new WeakMap<Socket, Actor>();
  io.use((socket, next) => {
    admit(socket).then(
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
