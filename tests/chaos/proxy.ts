import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Which way bytes go. */
export type Direction = 'toServer' | 'toClient';

/** One client's connection through the proxy, and the one that the proxy opened for it. */
export class Link {
  readonly client: Socket;
  readonly server: Socket;
  /** milliseconds that every byte comes later */
  delay = 0;
  /** bytes a second in each direction; 0 for as many as come */
  rate = 0;
  /** directions whose bytes are taken and never passed on: nobody is told */
  readonly swallowed = new Set<Direction>();
  /** whether the client asked for a WebSocket, and not only for HTTP */
  isSocket = false;
  #stalled = false;
  /** settles once the server has let go of its side */
  readonly serverClosed: Promise<void>;
  /** settles once both sides have closed */
  readonly over: Promise<unknown>;

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
    client.once('data', (chunk: Buffer) => (this.isSocket = /^upgrade: websocket\r$/im.test(chunk.toString('latin1'))));
    this.#pipe(client, server, 'toServer');
    this.#pipe(server, client, 'toClient');
    this.serverClosed = new Promise((resolve) => server.once('close', () => resolve()));
    this.over = Promise.all([this.serverClosed, new Promise<void>((resolve) => client.once('close', () => resolve()))]);
    // A half-open line does not tell either side that the other is gone.
    client.once('close', () => {
      if (!this.swallowed.has('toServer')) server.destroy();
    });
    server.once('close', () => {
      if (!this.swallowed.has('toClient')) client.destroy();
    });
  }

  /** Ends both connections at once, with a reset where the system can. */
  cut(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  /** From now on nothing of this direction arrives, and nobody is told. */
  swallow(...directions: Direction[]): void {
    for (const direction of directions) this.swallowed.add(direction);
  }

  /** Stops reading what the server sends, as a reader does whose machine is asleep. */
  stall(): void {
    this.#stalled = true;
    this.server.pause();
  }

  /** Reads on. */
  flow(): void {
    this.#stalled = false;
    this.server.resume();
  }

  #pipe(from: Socket, to: Socket, direction: Direction): void {
    from.on('error', () => undefined);
    const waiting: { chunk: Buffer; at: number }[] = [];
    let last = 0;
    // One timer for all: two timers of nearly the same length may ring in either order, and bytes must not.
    let timer: NodeJS.Timeout | undefined;
    const pass = () => {
      timer = undefined;
      for (let next = waiting[0]; next; next = waiting[0]) {
        const wait = next.at - performance.now();
        if (wait > 0) {
          timer = setTimeout(pass, wait);
          return;
        }
        waiting.shift();
        this.#write(from, to, next.chunk);
      }
    };
    from.on('data', (chunk: Buffer) => {
      if (this.swallowed.has(direction)) return;
      const takes = this.rate > 0 ? (chunk.length / this.rate) * 1_000 : 0;
      last = Math.max(performance.now() + this.delay, last) + takes;
      waiting.push({ chunk, at: last });
      if (!timer) pass();
    });
    from.on('end', () => {
      if (!this.swallowed.has(direction)) to.end();
    });
  }

  #write(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.destroyed || !to.writable || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (from !== this.server || !this.#stalled) from.resume();
    });
  }
}

/** A TCP proxy of the harness, which can do to connections what networks do to them. */
export class TcpProxy {
  readonly links = new Set<Link>();
  /** where connections go: a port of loopback; null refuses them */
  target: number | null = null;
  /** where the next connection goes, where there are several places */
  choose: () => number | null = () => this.target;
  /** is given every new connection before its first byte */
  onLink: (link: Link) => void = () => undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client) => this.#accept(client));
  }

  /** Listens on a free port of loopback. */
  static async open(): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server);
  }

  /** The address that clients are given. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Cuts every connection for which `chosen` says so. @returns how many */
  cut(chosen: (link: Link) => boolean = () => true): number {
    const links = [...this.links].filter(chosen);
    for (const link of links) link.cut();
    return links.length;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    const target = this.choose();
    if (target === null) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(target, 'localhost');
    const link = new Link(client, server);
    for (const socket of [client, server]) socket.setNoDelay();
    this.links.add(link);
    void link.over.then(() => this.links.delete(link));
    this.onLink(link);
  }
}
