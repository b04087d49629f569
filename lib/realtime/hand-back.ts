import { Server, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const HOP_BY_HOP = new Set(['connection', 'upgrade', 'http2-settings']);

/** Whether a request asks for the one protocol that we change to. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Lets a request be answered as if it had not offered another protocol, as RFC 9110 (7.8) has it: Java's HTTP client and
 * `curl --http2` offer h2c with every first request. Node takes any `Upgrade` for the end of HTTP once somebody listens for
 * upgrades, so the request is put back before what was not read yet, without the offer.
 *
 * @returns false where the socket is not a server's own
 */
export function handBack(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
  const server: unknown = 'server' in socket ? socket.server : undefined;
  if (!(server instanceof Server)) return false;
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[index + 1] ?? ''}`);
  }
  const keepAlive = !/\bclose\b/i.test(request.headers.connection ?? '');
  lines.push(`Connection: ${keepAlive ? 'keep-alive' : 'close'}`, '', '');
  socket.unshift(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), head]));
  server.emit('connection', socket);
  return true;
}
