import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { LIMITS } from '@/lib/contracts/limits';
import { WIRES, type Wire } from '../load/wire';
import type { NuisanceKind, NuisanceOrder } from './orders';

/** Calls that one connection may have under way before it is closed for flooding, less a few. */
const BATCH = 1_900;
/** Bytes that wait to leave: more would only fill our own memory. */
const BACKLOG = 1024 * 1024;
/** Milliseconds until somebody who was let go comes back, and until somebody who reads nothing begins anew. */
const BACK = 100;
const SILENCE = 2_000;
const TICK = 1;
/** Frames of one client in a tick: a server that reads as fast as we write would leave no time for anything else. */
const PER_TICK = 200;
const SMALL = 'nuisance '.repeat(11);
/** With its envelope below the largest frame. */
const LARGE = 'x'.repeat(LIMITS.frameBytes - 512);

/** Told what happens, for a report. */
export interface Watch {
  sent(): void;
  told(what: string): void;
}

/** A client that behaves badly in a room, and comes back whenever it is let go. */
export class BadClient {
  readonly #order: NuisanceOrder;
  readonly #client: NuisanceOrder['clients'][number];
  readonly #watch: Watch;
  readonly #wire: Wire;
  #waiting = 0;
  #calls = 0;

  constructor(order: NuisanceOrder, client: NuisanceOrder['clients'][number], watch: Watch) {
    this.#order = order;
    this.#client = client;
    this.#watch = watch;
    this.#wire = WIRES[order.protocol];
    this.#connect();
  }

  #connect(): void {
    const { port, protocol } = this.#order;
    const { room, token, address } = this.#client;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${this.#wire.path(room)}`, {
      perMessageDeflate: false,
      localAddress: address,
      headers: {
        host: `localhost:${port}`,
        ...(protocol === 'WebSocket' && { authorization: `Bearer ${token}` }),
      },
    });
    this.#waiting = 0;
    socket.on('message', (data: Buffer) => this.#hear(socket, data));
    socket.on('unexpected-response', (request, { statusCode }) => {
      this.#watch.told(`status ${statusCode}`);
      request.destroy();
      setTimeout(() => this.#connect(), BACK);
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.#watch.told(`closed ${code}`);
      setTimeout(() => this.#connect(), BACK);
    });
  }

  #hear(socket: WebSocket, data: Buffer): void {
    const said = this.#wire.read(data);
    if (said.kind === 'ping') socket.send('3');
    else if (said.kind === 'opened') socket.send(this.#wire.connect(this.#client.token));
    else if (said.kind === 'connected') socket.send(this.#wire.join(this.#client.room));
    else if (said.kind === 'joined') BEHAVIOUR[this.#order.kind](this, socket);
    else if (said.kind === 'refused') this.#watch.told(`join: ${said.code}`);
    else if (said.kind === 'answer') {
      this.#watch.told(said.ok ? 'ok' : said.code);
      if (--this.#waiting === 0 && this.#order.kind === 'batches') this.ask(socket);
    }
  }

  /** Sends a message. */
  say(socket: WebSocket, body: string): void {
    this.#call(socket, 'message:send', { body, clientMessageId: randomUUID() });
  }

  /** Asks for a batch of long pages. */
  ask(socket: WebSocket): void {
    for (let count = 0; count < BATCH; count++) this.#call(socket, 'message:list', { limit: LIMITS.page.max });
  }

  #call(socket: WebSocket, name: string, input: object): void {
    this.#waiting++;
    this.#watch.sent();
    socket.send(this.#wire.call(this.#client.room, ++this.#calls, name, input));
  }
}

function pour(client: BadClient, socket: WebSocket, body: string): void {
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) clearInterval(timer);
    else for (let count = 0; count < PER_TICK && socket.bufferedAmount < BACKLOG; count++) client.say(socket, body);
  }, TICK);
}

const BEHAVIOUR: Record<NuisanceKind, (client: BadClient, socket: WebSocket) => void> = {
  flood: (client, socket) => pour(client, socket, SMALL),
  large: (client, socket) => pour(client, socket, LARGE),
  batches: (client, socket) => client.ask(socket),
  silent: (client, socket) => {
    client.ask(socket);
    socket.pause();
    setTimeout(() => socket.terminate(), SILENCE);
  },
};
