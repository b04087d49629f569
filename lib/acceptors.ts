import { spawn, type ChildProcess } from 'node:child_process';
import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { BACKLOG } from './listening';
import { log } from './log';

/** Handles that accept beside the server's own. */
const COUNT = 31;
/** Milliseconds that making them may take. */
const PATIENCE_MS = 10_000;

/**
 * Sends each handle back that it is sent, and never accepts on it: it is closed before the child's event loop turns. What comes back
 * is another descriptor of the same listening socket, which Node cannot make by itself.
 */
const MIRROR = `process.on('message', (_, handle) => { process.send(0, handle); handle.close(); });`;

/** Makes a handle accept for a server, as node:http makes its own. */
function accept(handle: Server, server: HttpServer): void {
  Object.assign(handle, { allowHalfOpen: true, noDelay: true });
  handle.on('connection', (socket) => server.emit('connection', socket));
  handle.on('error', (error) => log.warn({ err: error }, 'A connection could not be accepted'));
}

async function mirrored(mirror: ChildProcess, server: HttpServer): Promise<Server[]> {
  const found: Server[] = [];
  await new Promise<void>((resolve) => {
    const late = setTimeout(resolve, PATIENCE_MS).unref();
    const ask = () => {
      if (found.length === COUNT || !server.listening || !mirror.connected) {
        clearTimeout(late);
        resolve();
      } else {
        mirror.send(0, server, (error) => {
          if (error) resolve();
        });
      }
    };
    mirror.on('message', (_message, handle) => {
      if (handle instanceof Server) {
        // In the same turn as it arrived: it listens already, and what it accepted with nobody to hear of it would hang.
        accept(handle, server);
        found.push(handle);
      }
      ask();
    });
    mirror.once('exit', () => resolve());
    ask();
  });
  mirror.removeAllListeners('message');
  return found;
}

/**
 * Lets a server accept several connections in one turn of the event loop. Since libuv 1.45 it is one for each listening handle: on a
 * busy server whose turns take ten milliseconds that is a hundred a second, behind which everybody who is new waits, health
 * checks among them. Where no further handles can be made, the server accepts as before.
 */
export class Acceptors {
  readonly #mirror: ChildProcess;
  #serving: Promise<Server[]> = Promise.resolve([]);

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
    this.#serving = mirrored(this.#mirror, server).then((handles) => {
      this.#end();
      // Over again, because receiving a handle has set the queue to Node's default.
      return handles.map((handle) => {
        const acceptor = new Server();
        accept(acceptor, server);
        return acceptor.listen(handle, BACKLOG);
      });
    });
  }

  /** Stops accepting; settles once what was accepted is closed. */
  async close(): Promise<void> {
    this.#end();
    const acceptors = await this.#serving;
    await Promise.all(acceptors.map((acceptor) => new Promise((resolve) => acceptor.close(resolve))));
  }

  #end(): void {
    if (this.#mirror.connected) this.#mirror.disconnect();
  }
}
