import { request as httpRequest, type Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';

/** RFC 9110, 7.6.1: about one connection, not about the message. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];
const BODILESS = new Set(['GET', 'HEAD']);

/** Where a renderer listens. */
export interface Target {
  socketPath: string;
  agent: Agent;
}

function outgoingHeaders(request: IncomingMessage): IncomingMessage['headers'] {
  const headers = { ...request.headers };
  // Next would take its own peer's, which has none.
  headers['x-forwarded-for'] ??= request.socket.remoteAddress;
  const dropped = BODILESS.has(request.method ?? '') ? [...HOP_BY_HOP, 'content-length'] : HOP_BY_HOP;
  for (const name of dropped) delete headers[name];
  return headers;
}

/**
 * Has a renderer answer a request: its headers and its body as they come, on top of the headers that are set already. Whoever reads
 * slowly is written slowly, and whoever goes away is no longer worked for.
 *
 * @returns settles once the answer has ended, be it that the client went away
 * @throws whatever broke the connection to the renderer, before anything was answered
 */
export function forward({ socketPath, agent }: Target, request: IncomingMessage, response: ServerResponse) {
  return new Promise<void>((resolve, reject) => {
    const { method, url: path } = request;
    const outgoing = httpRequest({ socketPath, agent, method, path, headers: outgoingHeaders(request) });
    const abandon = () => void outgoing.destroy();
    response.once('close', abandon);
    outgoing.on('error', (error) => {
      response.off('close', abandon);
      if (response.destroyed) resolve();
      else if (response.headersSent) resolve(void response.destroy());
      else reject(error);
    });
    outgoing.once('response', (answer) => {
      for (const [name, value] of Object.entries(answer.headers))
        if (value !== undefined && !HOP_BY_HOP.includes(name)) response.setHeader(name, value);
      response.writeHead(answer.statusCode ?? 502);
      // What breaks it destroys both: the client sees that the answer is not whole, the renderer that nobody reads on.
      response.off('close', abandon);
      pipeline(answer, response, () => resolve());
    });
    if (BODILESS.has(method ?? '')) outgoing.end();
    else request.pipe(outgoing);
  });
}

/** Hands a connection that asks for an upgrade to a renderer, as it is. */
export function forwardUpgrade(socketPath: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const upstream = connect(socketPath);
  const { method, url, rawHeaders } = request;
  const lines = rawHeaders.flatMap((text, index) => (index % 2 === 0 ? [`${text}: ${rawHeaders[index + 1]}`] : []));
  upstream.write([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1');
  upstream.write(head);
  pipeline(socket, upstream, socket, () => socket.destroy());
}
