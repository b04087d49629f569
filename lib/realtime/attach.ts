import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../contracts/errors';
import { CLOSE_CODES } from '../contracts/facts';
import { edgeOf, isForeign, targetOf } from '../edge';
import { limit } from '../limits';
import { metrics, type Transport } from '../metrics';
import { problemOf } from '../problem';
import { Fanout } from './fanout';
import { Handshakes, type HandshakeOptions } from './handshakes';
import { asksForWebSocket, handBack } from './hand-back';
import { Hub } from './hub';
import { returnSpread } from './return-spread';
import { serveSocketIo } from './socketio';
import { createTransports, HEARTBEAT, type Heartbeat } from './transport';
import { PlainWebSockets } from './websocket';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Realtime {
  /**
   * HTTP requests below `/socket.io/`: long polling. The caller has checked host and origin.
   *
   * @throws AppError `rate_limited`, `unavailable`, before anything was answered
   */
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The one door for every upgrade. */
  handleUpgrade: UpgradeListener;
  /** Tells every client to come back later, and closes. */
  close(): Promise<void>;
}

/** Milliseconds that commands under way get to be answered at the end. */
const FINISH_MS = 2_000;
/** Milliseconds that closing sockets get to take leave. */
const LEAVE_MS = 500;

const ROOM_PATH = /^\/ws\/chat\/([^/]+)\/?$/;

const shuttingDown = () => new AppError('unavailable', 'The server is shutting down.', { retryAfterMs: 1_000 });

/** Milliseconds that a refused peer has to take the answer. */
const REFUSAL_MS = 1_000;

/** Answers an upgrade with an HTTP status, and lets the socket go: Node has taken its own timeouts off it. */
function refuse(socket: Duplex, error: unknown, transport: Transport): void {
  const { status, headers, body } = problemOf(error, transport);
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) });
  socket.once('finish', () => socket.destroy());
  setTimeout(() => socket.destroy(), REFUSAL_MS).unref();
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}

function transportOf({ url = '' }: IncomingMessage): Transport {
  if (url.startsWith('/socket.io/')) return 'socket.io';
  return url.startsWith('/ws/') ? 'websocket' : 'http';
}

export interface RealtimeOptions {
  /** takes what belongs to Next itself (hot reload, in development only) */
  nextUpgrade?: UpgradeListener | undefined;
  /** milliseconds, other than the contract's only for a test that cannot wait */
  heartbeat?: Heartbeat;
  /** milliseconds that a reader may stand still */
  standstill?: number;
  /** whether other nodes publish things too */
  several?: boolean;
  /** how many are let in at once, and how many may wait for it */
  handshakes?: HandshakeOptions;
}

/** Waits until the commands under way are answered: an acknowledgement that is thrown away leaves its sender in doubt. */
async function answered(hub: Hub): Promise<void> {
  const deadline = performance.now() + FINISH_MS;
  const isBusy = () => [...hub.connections()].some(({ waiting }) => waiting > 0);
  while (isBusy() && performance.now() < deadline) await sleep(20);
}

/** Makes the realtime half of the service: both wire protocols over one fan-out. */
export function createRealtime(options: RealtimeOptions = {}): Realtime {
  const { heartbeat = HEARTBEAT } = options;
  const hub = new Hub(options.standstill);
  const fanout = new Fanout(hub, options.several ?? false);
  metrics().sockets = () => hub.figures();
  const handshakes = new Handshakes(options.handshakes);
  const { engine, io, webSockets } = createTransports(heartbeat);
  const plain = new PlainWebSockets(webSockets, hub, handshakes, heartbeat);
  serveSocketIo(io, hub, handshakes);
  let closing = false;

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = targetOf(request);
    const edge = edgeOf(request);
    if (!url) throw new AppError('bad_request', 'This is no path.');
    if (!edge.ownHost) throw new AppError('bad_request', 'This host is not the service’s.');
    if (isForeign(request, edge)) throw new AppError('forbidden', 'Requests of other sites are refused.');
    if (closing) throw shuttingDown();
    if (url.pathname !== '/socket.io/' || !url.searchParams.has('sid')) {
      await limit('connectAddress', edge.address);
      handshakes.refuseBeyondLine();
    }
    const room = ROOM_PATH.exec(url.pathname)?.[1];
    if (room !== undefined) return plain.upgrade(request, socket, head, decodeURIComponent(room), url.searchParams);
    if (url.pathname === '/socket.io/') return void engine.handleUpgrade(request, socket, head);
    if (options.nextUpgrade && url.pathname.startsWith('/_next/'))
      return void options.nextUpgrade(request, socket, head);
    throw new AppError('not_found', 'There is nothing to upgrade here.');
  }

  return {
    handleRequest: async (request, response) => {
      const isHandshake = targetOf(request)?.searchParams.has('sid') === false;
      if (isHandshake && closing) throw shuttingDown();
      if (isHandshake) {
        await limit('connectAddress', edgeOf(request).address);
        handshakes.refuseBeyondLine();
      }
      engine.handleRequest(request, response);
    },
    handleUpgrade: (request, socket, head) => {
      if (!asksForWebSocket(request) && handBack(request, socket, head)) return;
      // A peer that vanishes during the handshake is nobody's error.
      socket.on('error', () => socket.destroy());
      upgrade(request, socket, head).catch((error: unknown) => refuse(socket, error, transportOf(request)));
    },
    close: async () => {
      closing = true;
      handshakes.close();
      hub.beginClosing();
      await answered(hub);
      const connections = [...hub.connections()];
      const spread = returnSpread(connections.length);
      for (const connection of connections) {
        connection.close(CLOSE_CODES.goingAway, Math.round(Math.random() * spread));
      }
      await new Promise((resolve) => setTimeout(resolve, LEAVE_MS));
      plain.close();
      fanout.close();
      hub.close();
      engine.close();
    },
  };
}
