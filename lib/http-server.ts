import { createServer, type Server } from 'node:http';
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

/** Node's HTTP server with limits against clients that are slow on purpose. */
export function createHttpServer(): Server {
  const server = createServer({
    requestTimeout: REQUEST_TIMEOUT,
    headersTimeout: HEADERS_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
  });
  server.timeout = IDLE_TIMEOUT;
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
