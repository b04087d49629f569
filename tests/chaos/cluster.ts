import { freePort } from '../harness/free-port';
import { startNginx, type RunningNginx } from '../harness/nginx';
import { startRedis, type TestRedis } from '../harness/redis';
import { undoAtExit } from './leftovers';
import { signal } from './processes';
import { TcpProxy } from './proxy';
import { Service, type ServiceOptions } from './service';

/** Nodes where there are several. */
const NODES = 3;

/** Ports that nobody listens on, each another. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** What stands around several nodes. */
interface Surroundings {
  redis: TestRedis;
  /** between the nodes and Redis */
  redisLine: TcpProxy;
  nginx: RunningNginx;
  forget: () => void;
}

/** What serves: one node, or three behind nginx, with a Redis through which they hear of each other. */
export class Cluster {
  readonly services: readonly Service[];
  readonly #around: Surroundings | undefined;

  private constructor(services: readonly Service[], around?: Surroundings) {
    this.services = services;
    this.#around = around;
  }

  static single(options: ServiceOptions): Cluster {
    return new Cluster([new Service(options)]);
  }

  /** Starts all but the nodes themselves. */
  static async several(options: ServiceOptions): Promise<Cluster> {
    const ports = await freePorts(NODES);
    const [redis, redisLine, nginx] = [await startRedis(), await TcpProxy.open(), await startNginx(ports)];
    redisLine.target = redis.port;
    const forget = undoAtExit(() => {
      void redis.kill();
      signal(nginx.pid, 'SIGTERM');
    });
    const url = redisLine.url.replace('http:', 'redis:');
    return new Cluster(
      ports.map((port) => new Service({ ...options, port, redis: url })),
      { redis, redisLine, nginx, forget },
    );
  }

  /** The one service; where there are nodes, the first of them. */
  get service(): Service {
    const [service] = this.services;
    if (!service) throw new Error('There is no service');
    return service;
  }

  /** Where clients are let in: a port of loopback. null while nobody is. */
  get door(): number | null {
    return this.#around ? this.#around.nginx.port : this.service.port;
  }

  /** What the nodes tell each other through. */
  get redis(): TestRedis {
    return this.#several().redis;
  }

  /** Between the nodes and Redis. */
  get redisLine(): TcpProxy {
    return this.#several().redisLine;
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.kill().catch(() => undefined)));
    if (!this.#around) return;
    const { redis, redisLine, nginx, forget } = this.#around;
    await Promise.all([redis.stop(), redisLine.close(), nginx.stop()]);
    forget();
  }

  #several(): Surroundings {
    if (!this.#around) throw new Error('There is one node alone');
    return this.#around;
  }
}
