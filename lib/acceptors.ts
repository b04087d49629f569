import { spawn, type ChildProcess } from 'node:child_process';
import type { Server as HttpServer } from 'node:http';
import { createServer, Server } from 'node:net';
import { BACKLOG } from './listening';
import { log } from './log';

/**
 * Handles that accept beside the server's own. When ten thousand came at once after a crash, on two cores, a health check took (p99, medians
 * of some runs) 12 s without any, half of them unanswered after ten; 3.6 s with 31 and 2.4 s with 127.
 */
const COUNT = 127;
/** Milliseconds that making them may take. */
const PATIENCE_MS = 10_000;

/**
 * Sends each handle back that it is sent, and never accepts on it: it is closed before the child's event loop turns. What comes back
 * is another descriptor of the same listening socket, which Node cannot make by itself.
 */
const MIRROR = `process.on('message', (_, handle) => { process.send(0, handle); handle.close(); });`;

/** A handle that accepts for a server, as node:http makes its own. */
function acceptorOf(handle: Server, server: HttpServer): Server {
  const acceptor = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket));
  acceptor.on('error', (error) => log.warn({ err: error }, 'A connection could not be accepted'));
  // Receiving the handle has made it listen, with Node's default for the queue: this takes it over before the event loop turns.
  return acceptor.listen(handle, BACKLOG);
}

/**
 * Lets a server accept several connections in one turn of the event loop. Since libuv 1.45 it is one for each listening handle: on a
 * busy server whose turns take ten milliseconds that is a hundred a second, behind which everybody who is new waits, health
 * checks among them. Where no further handles can be made, the server accepts as before.
 */
export class Acceptors {
  readonly #mirror: ChildProcess;
  readonly #all: Server[] = [];
  #closing = false;
  #ending = false;
  /** A handle was sent to the child and is not back yet. */
  #awaited = false;

  /** Gets ready, beside whatever else is being started: once clients are knocking there is no time for it. */
  constructor() {
    // Neither Node's options nor settings of the service: it is no part of it.
    this.#mirror = spawn(process.execPath, ['-e', MIRROR], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { NODE_ENV: 'production' },
    });
    this.#mirror.on('error', (error) => log.debug({ err: error }, 'No further handles accept connections'));
    this.#mirror.unref();
    this.#mirror.channel?.unref();
  }

  /** @param server which listens already */
  serve(server: HttpServer): void {
    const late = setTimeout(() => this.#end(), PATIENCE_MS).unref();
    const next = () => {
      this.#awaited = false;
      if (this.#ending || this.#all.length === COUNT || !this.#mirror.connected) {
        clearTimeout(late);
        this.#end();
        return;
      }
      this.#awaited = true;
      this.#mirror.send(0, server, (error) => {
        if (error) next();
      });
    };
    this.#mirror.on('message', (_message, handle) => {
      if (!(handle instanceof Server)) return;
      const acceptor = acceptorOf(handle, server);
      if (this.#closing) acceptor.close();
      else this.#all.push(acceptor);
      next();
    });
    next();
  }

  /** Stops accepting; settles once what was accepted is closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#end();
    await Promise.all(this.#all.map((acceptor) => new Promise((resolve) => acceptor.close(resolve))));
  }

  /** Lets the child go, but not while a handle is on its way back: Node's own receipt for it would find no channel, and end the process. */
  #end(): void {
    this.#ending = true;
    if (!this.#awaited && this.#mirror.connected) this.#mirror.disconnect();
  }
}
