import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A server that is not the service's, to see whether anybody can be led to it. */
export interface Elsewhere {
  port: number;
  /** Connections that came. */
  reached(): number;
  close(): void;
}

/** Opens it on a free port of this machine. */
export async function openElsewhere(): Promise<Elsewhere> {
  let reached = 0;
  const server = createServer((socket) => {
    reached++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, reached: () => reached, close: () => server.close() };
}
