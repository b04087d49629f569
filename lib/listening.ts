import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { errorCode, StartError } from './start-error';

/**
 * Connections that the system may hold until they are accepted; it lowers this to its own limit (Linux: net.core.somaxconn, 4,096). Of a
 * crowd that reconnects, Node's 511 let most run into retransmissions of one, three and seven seconds, health checks among them.
 */
export const BACKLOG = 16_384;

/** `localhost` may resolve to either family; one address that every client tries is surer. */
export function bindAddress(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** The settings by which a port is known to whoever reads what is wrong with it. */
interface Names {
  host: string;
  port: string;
}

const NAMES: Names = { host: 'HOST', port: 'PORT' };

function explain(error: unknown, host: string, port: number, names: Names): StartError {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') {
    return new StartError(`Port ${port} is taken: stop what listens there, or set ${names.port}.`);
  }
  if (code === 'EACCES') {
    return new StartError(`Port ${port} may not be used by this user: set ${names.port} to 1024 or above.`);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new StartError(`${names.host}=${host} is not an address of this machine.`);
  }
  return new StartError(`Cannot listen on ${host}:${port} (${code || String(error)}).`);
}

async function probe(address: string, port: number): Promise<void> {
  const server = createServer().listen(port, address);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

/**
 * Checks that the port can be had, before anything is started for it.
 *
 * @param names by which settings the port is known
 * @throws StartError in one line
 */
export async function assertPortFree(host: string, port: number, names = NAMES): Promise<void> {
  if (port === 0) return;
  try {
    await probe(bindAddress(host), port);
  } catch (error) {
    throw explain(error, host, port, names);
  }
  if (host !== 'localhost') return;
  // A browser asks ::1 for localhost first: whoever listens there would be taken for this service.
  await probe('::1', port).catch((error: unknown) => {
    if (errorCode(error) === 'EADDRINUSE') throw explain(error, host, port, names);
  });
}

/**
 * Starts listening.
 *
 * @param names by which settings the port is known
 * @returns the port, which the system chose when `port` is 0
 * @throws StartError in one line
 */
export async function listen(server: Server, host: string, port: number, names = NAMES): Promise<number> {
  try {
    server.listen({ port, host: bindAddress(host), backlog: BACKLOG });
    await once(server, 'listening');
  } catch (error) {
    throw explain(error, host, port, names);
  }
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : port;
}
