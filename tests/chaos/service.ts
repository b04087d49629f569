import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { startProcess, type Ending, type RunningServer } from '../harness/server-process';
import { pause } from './actors/scene';
import { undoAtExit } from './leftovers';
import { signal } from './processes';

const lineSchema = z.looseObject({ level: z.number(), msg: z.string().default('') });
/** pino's number of the level "error". */
const ERROR = 50;
/** Milliseconds for an answer about the service's health. */
const HEALTH_PATIENCE = 3_000;

/** How the service is run. */
export interface ServiceOptions {
  /** a URL, or 'embedded' */
  database: string;
  dataDir: string;
  /** where its logs are kept */
  folder: string;
  /** what runs instead of the build */
  entry?: string | undefined;
  /** of Redis, where it is one of several nodes */
  redis?: string | undefined;
  /** where it listens each time it is started; by default on any free port */
  port?: number | undefined;
}

/** The service under test: one process at a time, started again by whoever ended it. */
export class Service {
  readonly #options: ServiceOptions;
  #server: RunningServer | undefined;
  #asked = false;
  /** lines of the levels error and fatal, counted by their words */
  readonly complaints = new Map<string, number>();
  /** how often the process ended though nobody had asked it to */
  deaths = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get pid(): number {
    if (!this.#server) throw new Error('The service does not run');
    return this.#server.pid;
  }

  /** The file that shifts its clock: milliseconds, see `clock-shift.mjs`. */
  get clockFile(): string {
    return join(this.#options.dataDir, 'clock-shift');
  }

  /** Starts it, and waits until it listens. @throws Error with what it wrote */
  async start(): Promise<void> {
    const { database, dataDir, entry, redis, port } = this.#options;
    const server = await startProcess({
      database,
      dataDir,
      ...(entry !== undefined && { entry }),
      nodeArguments: ['--import', join(import.meta.dirname, 'clock-shift.mjs')],
      env: {
        CHAOS_CLOCK_FILE: this.clockFile,
        NODE_OPTIONS: undefined,
        ...(redis !== undefined && { REDIS_URL: redis }),
        ...(port !== undefined && { PORT: String(port), TRUST_PROXY: '1' }),
      },
    });
    this.#asked = false;
    this.#server = server;
    const forget = undoAtExit(() => signal(server.pid, 'SIGKILL'));
    void server.ended.then(forget);
    void server.ended.then((ending) => this.#ended(server, ending));
  }

  /** Where it takes new clients; null while it does not. */
  get port(): number | null {
    return this.#server && !this.#asked && !this.#server.isOver() ? this.#server.port : null;
  }

  /** Whether a process is there, or about to be. */
  get isRunning(): boolean {
    return this.#server !== undefined && !this.#server.isOver();
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#asked = true;
    await this.#server?.kill();
  }

  /** Ends it as an operator would. */
  async stop(): Promise<Ending> {
    this.#asked = true;
    if (!this.#server) throw new Error('The service does not run');
    return this.#server.stop();
  }

  /** SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void {
    signal(this.pid, name);
  }

  /** Whether it says that it is ready; null when it says nothing in time. */
  async isReady(): Promise<boolean | null> {
    try {
      const response = await fetch(`http://localhost:${this.#server?.port}/api/health/ready`, {
        signal: AbortSignal.timeout(HEALTH_PATIENCE),
      });
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return null;
    }
  }

  /** Shifts its clock. @param milliseconds from the real time */
  async shiftClock(milliseconds: number): Promise<void> {
    await writeFile(this.clockFile, String(milliseconds));
  }

  async #ended(server: RunningServer, ending: Ending): Promise<void> {
    if (!this.#asked) {
      this.deaths++;
      this.#complain(`the process ended by itself: code ${ending.code}, signal ${ending.signal}`);
    }
    for (const line of server.logs().split('\n')) this.#read(line);
    await appendFile(join(this.#options.folder, 'server.log'), server.logs());
    // As an operator's supervisor would; the run is red already.
    while (!this.#asked) {
      try {
        await this.start();
        return;
      } catch {
        await pause(500);
      }
    }
  }

  #read(line: string): void {
    if (!line.startsWith('{')) return;
    try {
      const { level, msg } = lineSchema.parse(JSON.parse(line));
      if (level >= ERROR) this.#complain(msg);
    } catch {
      // A line that the crash cut short.
    }
  }

  #complain(words: string): void {
    this.complaints.set(words, (this.complaints.get(words) ?? 0) + 1);
  }
}
