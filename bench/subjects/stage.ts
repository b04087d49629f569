import { startEmbedded } from '@/lib/embedded';
import { clusterFolder } from '@/lib/embedded/cluster';
import { log } from '@/lib/log';
import { postmasterOf } from '../../tests/chaos/processes';
import { createDataDir } from '../../tests/harness/data-dir';
import { LoadGenerator } from '../load/load-generator';
import type { Connected, Run } from '../load/orders';
import { cpuSeconds } from '../machine/cpu';
import { pin, type Cores } from '../machine/pinning';
import type { Running, Size, Subject } from './subject';

/** Bytes of a message's text. */
const BYTES = 100;
/** Handshakes at a time while a measurement is being set up. */
const AT_ONCE = 100;
/** Milliseconds that what is under way gets to arrive at the end of a measurement. */
const PATIENCE = 15_000;

/** Seconds of processor time: the server's, or all nodes', its PostgreSQL's, and its Redis's. */
export interface Cpu {
  server: number;
  database: number;
  redis: number;
}

/** A subject that runs, and a load generator of its own. */
export interface Stage {
  readonly subject: Subject;
  readonly running: Running;
  /** lets all members in, or the first so many of them, or the next */
  connect(from?: number, to?: number): Promise<Connected>;
  /** waits until the room has settled down */
  quiet(): Promise<void>;
  run(perSecond: number, seconds: number): Promise<Run>;
  /** what was used so far */
  cpu(): Promise<Cpu>;
  end(): Promise<void>;
}

interface Database {
  url: string;
  postmaster: number;
  stop: () => Promise<void>;
}

/** What all subjects are measured on: one PostgreSQL, and two cores. */
export class Ground {
  readonly #database: Database;
  readonly #cores: Cores | string;

  private constructor(database: Database, cores: Cores | string) {
    this.#database = database;
    this.#cores = cores;
  }

  /** Starts PostgreSQL as the service does, on an empty folder, and pins it; this process goes to the other core. */
  static async lay(cores: Cores | string): Promise<Ground> {
    log.level = 'silent';
    const { path, remove } = await createDataDir();
    const { url, stop } = await startEmbedded(path);
    const postmaster = postmasterOf(clusterFolder(path)) ?? 0;
    if (typeof cores !== 'string') {
      await pin(process.pid, cores.load);
      await pin(postmaster, cores.server);
    }
    const end = async () => {
      await stop();
      await remove();
    };
    return new Ground({ url, postmaster, stop: end }, cores);
  }

  /** URL of a database whose user may make others. */
  get url(): string {
    return this.#database.url;
  }

  /** Gives a server its core. */
  async place(pid: number): Promise<void> {
    if (typeof this.#cores !== 'string') await pin(pid, this.#cores.server);
  }

  /** What a server and PostgreSQL used so far. */
  async cpu({ pid, others = [], redis: bus }: Pick<Running, 'pid' | 'others' | 'redis'>): Promise<Cpu> {
    const [database, redis, ...nodes] = await Promise.all([
      cpuSeconds(this.#database.postmaster),
      bus === undefined ? 0 : cpuSeconds(bus),
      ...[pid, ...others.map((other) => other.pid)].map(cpuSeconds),
    ]);
    return { server: nodes.reduce((sum, node) => sum + node, 0), database, redis };
  }

  async open(subject: Subject, size: Size): Promise<Stage> {
    const running = await subject.start(this.#database.url, size);
    // A child of this process, hence on its core.
    const generator = new LoadGenerator();
    const nodes = [{ pid: running.pid, port: running.port }, ...(running.others ?? [])];
    for (const { pid } of nodes) await this.place(pid);
    if (running.redis !== undefined) await this.place(running.redis);
    const clients = running.rooms.flatMap(({ name, tokens }) => tokens.map((token) => ({ room: name, token })));
    const connect = (port: number, some: typeof clients) =>
      generator.connect({ port, protocol: subject.protocol, atOnce: AT_ONCE, clients: some });
    return {
      subject,
      running,
      async connect(from = 0, to = clients.length) {
        const all: Connected = { milliseconds: 0, joined: 0, failed: [] };
        for (const [node, { port }] of nodes.entries()) {
          const share = clients.slice(from, to).filter((_, index) => index % nodes.length === node);
          const { milliseconds, joined, failed } = await connect(port, share);
          all.milliseconds += milliseconds;
          all.joined += joined;
          all.failed.push(...failed);
        }
        return all;
      },
      quiet: () => generator.quiet(),
      run: (perSecond, seconds) => generator.run({ perSecond, seconds, bytes: BYTES, patience: PATIENCE }),
      cpu: () => this.cpu(running),
      async end() {
        generator.end();
        await running.stop();
      },
    };
  }

  close(): Promise<void> {
    return this.#database.stop();
  }
}
