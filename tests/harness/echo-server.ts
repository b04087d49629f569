import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Stands behind a proxy, and tells what reached it, and over which connection. */
export class EchoServer {
  /** what came, as method and address */
  readonly requests: string[] = [];
  /** with which status it answers; `hang up` ends the connection instead */
  answers: number | 'hang up' = 200;
  /** where it answers with another status */
  readonly answersAt = new Map<string, number>();
  port = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts it on a free loopback port. */
  static async start(): Promise<EchoServer> {
    const server = createServer();
    const echo = new EchoServer(server);
    server.on('request', (incoming, response) => {
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
      incoming.on('end', () => {
        const { method, url, headers, socket } = incoming;
        echo.requests.push(`${method} ${url}`);
        const answer = echo.answersAt.get(url ?? '') ?? echo.answers;
        if (answer === 'hang up') return void socket.destroy();
        response.writeHead(answer, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(
          JSON.stringify({ method, url, headers, connection: socket.remotePort, bytes, filler: ' '.repeat(2_000) }),
        );
      });
    });
    // Takes every upgrade, and then says nothing.
    server.on('upgrade', (incoming: IncomingMessage, socket) => {
      echo.requests.push(`${incoming.method} ${incoming.url}`);
      socket.on('error', () => socket.destroy());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    echo.port = (server.address() as AddressInfo).port;
    return echo;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
