import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../contracts/errors';
import { log } from '../log';
import type { MetricList } from '../metrics-process';
import { StartError } from '../start-error';
import { forward, forwardUpgrade } from './forward';
import { joinRenderer, type RendererLine } from './renderer-line';

/**
 * How nice it is (setpriority(2), 0 to 19): with one core for both, messages go first and pages get what is left. At 10 that is still a
 * tenth of the core under full load, so that pages go on.
 */
const NICENESS = 10;
/**
 * Megabytes of V8's young generation: a page leaves its elements behind, and with the 16 that Node.js gives the collector copies those of
 * pages that are not done yet. With 32 a core makes a tenth more of them, with 64 a twentieth more than that; up to three times as much is
 * resident, once pages are made.
 */
const YOUNG_GENERATION = '--max-semi-space-size=32';
/** Milliseconds that a request waits for a renderer that is being started again, which takes one to two seconds. */
const PATIENCE_MS = 5_000;
/** Milliseconds that one has to have lived to be started again at once: whoever dies at birth would do nothing else. */
const SOUND_MS = 10_000;
const PAUSE_MS = 1_000;
/** Milliseconds that it has to close what it has open, once all pages are answered. */
const LEAVE_MS = 2_000;

const unavailable = (cause?: unknown) =>
  new AppError('unavailable', 'Pages cannot be made just now.', { retryAfterMs: 1_000, cause });

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** On Linux each thread has a priority of its own, and gives it to those that it starts: collecting garbage is work too. */
function threadsOf(pid: number): number[] {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
}

/** Lets messages go first. */
function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) for (const thread of threadsOf(pid)) setPriority(thread, NICENESS);
  } catch (error) {
    log.debug({ err: error }, 'Pages are made at the priority of messages');
  }
}

/** A process of the renderer, from its fork to its end. */
interface Incarnation {
  child: ChildProcess;
  line: RendererLine;
  socketPath: string;
  isReady: boolean;
  begun: number;
}

/**
 * The process that makes pages, beside the one that handles messages: a page takes one to two hundredths of a second of one core, in
 * which no message would be told. It is started again when it ends by itself.
 */
export class Renderer {
  readonly #entry: string;
  /** nobody else may enter it: what comes over a socket in it is believed */
  readonly #folder = process.platform === 'win32' ? undefined : mkdtempSync(join(tmpdir(), 'beseda-'));
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 32 });
  readonly #events = new EventEmitter<{ ready: []; end: [] }>().setMaxListeners(0);
  readonly #upgraded = new Set<Duplex>();
  #now: Incarnation;
  #database: string | undefined;
  #wasReady = false;
  #closing = false;

  /** @param entry the module that it runs; started at once, because loading takes it a moment */
  constructor(entry: string) {
    this.#entry = entry;
    this.#now = this.#start();
  }

  /**
   * Gives it the database.
   *
   * @returns settles once it makes pages
   * @throws StartError when it ends before that
   */
  async serve(database: string): Promise<void> {
    this.#database = database;
    this.#now.line.tell({ kind: 'database', url: database });
    const ended = once(this.#events, 'end');
    const { child } = this.#now;
    if (isAlive(child)) await Promise.race([ended, once(this.#events, 'ready')]);
    if (!this.#now.isReady) throw new StartError('The process that makes pages has ended.');
    this.#wasReady = true;
  }

  /** Has it answer a request. @throws AppError `unavailable` before anything was answered */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isRepeatable = request.method === 'GET' || request.method === 'HEAD';
    for (let attempt = 1; ; attempt++) {
      const { child, socketPath } = await this.#ready();
      if (response.destroyed) return;
      try {
        await forward({ socketPath, agent: this.#agent }, request, response);
        return;
      } catch (error) {
        log.debug({ err: error }, 'A page was not made');
        if (!isRepeatable || attempt === 2) throw unavailable(error);
        // Its connections tell of its end a moment before it is known.
        if (isAlive(child)) await Promise.race([once(child, 'exit'), sleep(PAUSE_MS, undefined, { ref: false })]);
      }
    }
  }

  /** Has it answer an upgrade (hot reload, in development only). */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    this.#ready().then(
      ({ socketPath }) => forwardUpgrade(socketPath, request, socket, head),
      () => socket.destroy(),
    );
  }

  /** The metrics of its process; none while it is away. */
  metrics(): Promise<MetricList> {
    return this.#now.isReady ? this.#now.line.metrics() : Promise.resolve([]);
  }

  /** Hangs up on what was upgraded: until then no server is closed. */
  hangUp(): void {
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** Ends it. To be called when no page is under way any more. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#agent.destroy();
    const { child, line, isReady } = this.#now;
    if (isAlive(child)) {
      const ended = once(child, 'exit');
      const late = setTimeout(() => child.kill('SIGKILL'), isReady ? LEAVE_MS : 0);
      line.tell({ kind: 'stop' });
      await ended;
      clearTimeout(late);
    }
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<Incarnation> {
    if (!this.#now.isReady) {
      await once(this.#events, 'ready', { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: unknown) => {
        throw unavailable(error);
      });
    }
    return this.#now;
  }

  #start(): Incarnation {
    // Each its own: what the one before has left there is nobody's.
    const name = randomUUID();
    const socketPath = this.#folder ? join(this.#folder, name) : `\\\\.\\pipe\\beseda-${name}`;
    // Two inspectors do not share a port.
    const given = process.execArgv.filter((argument) => !argument.startsWith('--inspect'));
    const child = fork(this.#entry, [socketPath], { execArgv: [YOUNG_GENERATION, ...given] });
    const line = joinRenderer(child, () => {
      now.isReady = true;
      // Not before: until it is ready, whoever starts the service waits for it.
      giveWay(child);
      this.#events.emit('ready');
    });
    const now: Incarnation = { child, line, socketPath, isReady: false, begun: performance.now() };
    child.on('error', (error) => {
      log.error({ err: error }, 'The process that makes pages cannot be started or told');
      // Then it never was, and no `exit` follows.
      if (child.pid === undefined) void this.#ended(now, null, null);
    });
    child.once('exit', (code, signal) => void this.#ended(now, code, signal));
    if (this.#database !== undefined) line.tell({ kind: 'database', url: this.#database });
    return now;
  }

  async #ended(now: Incarnation, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    now.isReady = false;
    this.#events.emit('end');
    // A first start that fails is the service's to tell.
    if (this.#closing || !this.#wasReady) return;
    log.error({ code, signal }, 'The process that makes pages has ended: it is started again');
    if (performance.now() - now.begun < SOUND_MS) await sleep(PAUSE_MS, undefined, { ref: false });
    if (!this.#isClosing()) this.#now = this.#start();
  }

  /** Asked anew: it may have changed while something was waited for. */
  #isClosing(): boolean {
    return this.#closing;
  }
}
