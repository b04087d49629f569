import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, type RawData } from 'ws';
import { listen } from '@/lib/listening';
import { createTransports } from '@/lib/realtime/transport';
import { rawText } from '../../harness/raw-text';

/** Milliseconds, as the protocols' own suites have them: short enough to wait for. */
export const HEARTBEAT = { interval: 300, timeout: 200 };
/** What the contract lets through in one frame, in bytes. */
export const MAX_PAYLOAD = 131_072;

/** The service's transports, answering whatever comes with itself; nothing of the chat. */
export interface EchoServer {
  /** an address below `/socket.io/`, with its query */
  at(query: string): string;
  stop(): Promise<void>;
}

/** Listens with what production uses. @param speak attaches the echo to one of the two */
export async function startEcho(speak: (transports: ReturnType<typeof createTransports>) => void): Promise<EchoServer> {
  const transports = createTransports(HEARTBEAT);
  const { engine } = transports;
  speak(transports);
  const server = createServer((request, response) => engine.handleRequest(request, response));
  server.on('upgrade', (request, socket, head) => engine.handleUpgrade(request, socket, head));
  const port = await listen(server, 'localhost', 0);
  return {
    at: (query) => `http://localhost:${port}/socket.io/?${query}`,
    async stop() {
      engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Frame = string | Buffer;

/** A WebSocket that keeps what has come until it is asked for. */
export class Wire {
  readonly socket: WebSocket;
  readonly closed: Promise<void>;
  readonly #frames: Frame[] = [];
  #arrived: () => void = () => undefined;

  constructor(url: string) {
    this.socket = new WebSocket(url.replace('http', 'ws'));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.on('message', (data, isBinary) => {
      const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      this.#frames.push(isBinary ? bytes : bytes.toString());
      this.#arrived();
    });
  }

  /** The next frame. @throws Error when none comes, or the connection ends */
  async next(): Promise<Frame> {
    const giveUp = sleep(3_000).then(() => 'late' as const);
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      const arrival = new Promise<void>((resolve) => (this.#arrived = resolve));
      const what = await Promise.race([arrival, giveUp, this.closed.then(() => 'closed' as const)]);
      if (what && this.#frames.length === 0) throw new Error(`No frame: ${what}`);
    }
  }

  /** The next frame that is no ping; pings are answered on the way. */
  async nextButPing(): Promise<Frame> {
    for (;;) {
      const frame = await this.next();
      if (frame !== '2') return frame;
      this.socket.send('3');
    }
  }

  /** Waits until the server closes the connection, of which it is no reason that pings are not answered. */
  async ended(): Promise<void> {
    const answering = (data: RawData) => void (rawText(data) === '2' && this.socket.send('3'));
    this.socket.on('message', answering);
    if (this.#frames.includes('2')) this.socket.send('3');
    await this.closed;
  }

  send(frame: Frame): void {
    this.socket.send(frame);
  }

  async opened(): Promise<void> {
    if (this.socket.readyState === WebSocket.OPEN) return;
    await new Promise((resolve) => this.socket.once('open', resolve));
  }
}
