import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server as Engine } from 'engine.io';
import { Server as SocketIo } from 'socket.io';
import { WebSocketServer, type WebSocket } from 'ws';
import { LIMITS } from '../contracts/limits';

/** Milliseconds between the server's pings, and how long a peer may take to answer one (less than the interval). */
export interface Heartbeat {
  interval: number;
  timeout: number;
}

/** The contract's heartbeat. */
export const HEARTBEAT: Heartbeat = { interval: 25_000, timeout: 20_000 };

/** Milliseconds until a connection without a namespace is closed: waiting in line (handshakes.ts) counts, so it is longer than that may take. */
const CONNECT_TIMEOUT = 40_000;

/** The subprotocol under which a token may follow: `bearer, <access_token>`. */
export const BEARER_PROTOCOL = 'bearer';

const wires = new WeakMap<WebSocket, Duplex>();

/** Remembers the connection below each WebSocket: what is framed already goes past `ws`, which would frame it anew for each. */
class Acceptor extends WebSocketServer {
  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (webSocket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, socket, head, (webSocket, accepted) => {
      wires.set(webSocket, socket);
      callback(webSocket, accepted);
    });
  }
}

/**
 * The connection below a WebSocket that one of {@link createTransports} has accepted. Whole frames may be written to it between those of
 * `ws` as long as the WebSocket is open: without compression `ws` holds nothing back.
 */
export function wireOf(webSocket: WebSocket): Duplex | undefined {
  return wires.get(webSocket);
}

/**
 * The servers of both wire protocols with the options that production uses, attached to nothing yet: whoever makes them hands
 * them requests and upgrades. Compression is off: on messages of this size it costs more than it saves, and a bomb is one less.
 */
export function createTransports(heartbeat: Heartbeat) {
  const engine = new Engine({
    maxHttpBufferSize: LIMITS.frameBytes,
    pingInterval: heartbeat.interval,
    pingTimeout: heartbeat.timeout,
    perMessageDeflate: false,
    transports: ['polling', 'websocket'],
    // One ws for both protocols, so that what lies below Engine.IO is known by its class.
    wsEngine: Acceptor,
  });
  // Connection state recovery stays off: it would restore rooms without asking whether the user is still let in.
  const io = new SocketIo({ connectTimeout: CONNECT_TIMEOUT, serveClient: false });
  io.bind(engine);
  const webSockets = new Acceptor({
    noServer: true,
    clientTracking: false,
    maxPayload: LIMITS.frameBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(BEARER_PROTOCOL) ? BEARER_PROTOCOL : false),
  });
  return { engine, io, webSockets };
}
