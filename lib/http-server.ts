import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Acceptors } from './acceptors';

/** Milliseconds. A whole request, body included, has to arrive within this; uploads of 256 KiB need 9 kB/s. */
const REQUEST_TIMEOUT = 30_000;
const HEADERS_TIMEOUT = 10_000;
/** Longer than a proxy in front keeps an idle connection (nginx: 60 s), so that it is the proxy that closes. */
const KEEP_ALIVE_TIMEOUT = 65_000;
/** A client that neither reads nor writes for this long is gone. Upgraded sockets have their own heartbeat. */
const IDLE_TIMEOUT = 120_000;
/** How often slow requests are looked for; Node's own 30 s would let each live that much longer. */
const CHECK_INTERVAL = 5_000;
/** Milliseconds that requests in flight are given at shutdown. */
const DRAIN = 5_000;
/**
 * Requests of one connection that may wait for their answers. Browsers and proxies send one after the other; Node begins them all
 * at once, so that whoever sends many and reads nothing would have them worked on for nothing.
 */
const PIPELINE = 4;

/** Lets go of connections that ask for more than they take. */
function refusePipelines(server: Server): void {
  const waiting = new WeakMap<Socket, number>();
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    if (count > PIPELINE) socket.destroy();
  });
}

/** Node's HTTP server with limits against clients that are slow on purpose. */
export function createHttpServer(): Server {
  const server = createServer({
    requestTimeout: REQUEST_TIMEOUT,
    headersTimeout: HEADERS_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
  });
  server.timeout = IDLE_TIMEOUT;
  refusePipelines(server);
  return server;
}

/**
 * Stops accepting, lets requests in flight finish, and cuts what has not finished in time.
 *
 * @param acceptors which accept for it beside its own handle
 */
export async function drain(server: Server, acceptors?: Acceptors): Promise<void> {
  // A connection kept alive becomes idle only when its request ends, so look again and again.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), DRAIN);
  server.closeIdleConnections();
  await Promise.all([new Promise((resolve) => server.close(resolve)), acceptors?.close()]);
  clearInterval(idle);
  clearTimeout(late);
}
