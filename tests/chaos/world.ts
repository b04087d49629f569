import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import pg from 'pg';
import { clusterFolder } from '@/lib/embedded/cluster';
import { connectDatabase, disconnectDatabase } from '@/lib/db';
import { loadEnv, setEnv } from '@/lib/env';
import { migrate } from '@/lib/migrations';
import { createDataDir } from '../harness/data-dir';
import { TEST_SETTINGS } from '../harness/settings';
import { pause, type Scene } from './actors/scene';
import type { Writer } from './actors/writer';
import { Cast, populate, type Population } from './population';
import { check } from './checker/check';
import { Ledger } from './checker/ledger';
import { readStored } from './checker/stored';
import { Violations } from './checker/violations';
import { Cluster } from './cluster';
import { openEmbedded, openGiven, query, type Database } from './database';
import { randomFrom } from './load/random';
import { undoAtExit } from './leftovers';
import { postmasterOf, signal } from './processes';
import { TcpProxy } from './proxy';
import type { Service } from './service';

/** Where the database is: given by URL, started by the service itself, given and on a small disk, or given to three nodes behind nginx, with a Redis. */
export type WorldKind = 'given' | 'embedded' | 'small disk' | 'nodes';

/** What a world is made of. */
export interface WorldOptions {
  kind: WorldKind;
  seed: number;
  population: Population;
  length: 'quick' | 'full';
  /** where logs are kept */
  folder: string;
  /** what runs instead of the build */
  entry?: string;
  /** an empty folder for the data; by default a new one, which is removed at the end */
  dataDir?: string;
  /** milliseconds that everybody has to come to rest at a comparison */
  restWithin?: number;
  /** settings of PostgreSQL, where it is given */
  settings?: Record<string, string>;
}

/** Milliseconds until a service that does not come back is given up. */
const PROBE_WITHIN = 40_000;
/** Milliseconds that everybody has at the end: above the 45 s after which a dead connection is noticed. */
const REST_WITHIN = 60_000;

/** A service, its database, and everybody who talks and listens there. */
export class World {
  readonly kind: WorldKind;
  readonly scene: Scene;
  /** everybody who talks and listens */
  cast = new Cast();
  readonly calm: TcpProxy;
  /** in front of the share of the clients whose network is bad */
  readonly flaky: TcpProxy;
  /** past it the harness's own probes reach the service, and nothing is done to it */
  readonly straight: TcpProxy;
  /** the service, or its nodes and what stands around them */
  readonly cluster: Cluster;
  readonly database: Database;
  readonly dataDir: string;
  /** milliseconds that the server kept each connection whose client it could no longer hear */
  readonly ghosts: number[] = [];
  /** milliseconds until each reader that stood still was let go */
  readonly letGo: number[] = [];
  /** how long the run is that this world belongs to */
  readonly length: 'quick' | 'full';
  readonly #background = new Set<Promise<void>>();
  readonly #proxies: TcpProxy[];
  readonly #clean: () => Promise<void>;
  readonly #restWithin: number;

  private constructor(
    options: WorldOptions,
    parts: {
      dataDir: string;
      clean: () => Promise<void>;
      database: Database;
      cluster: Cluster;
      proxies: [TcpProxy, TcpProxy, TcpProxy];
    },
  ) {
    this.kind = options.kind;
    this.#restWithin = options.restWithin ?? REST_WITHIN;
    this.length = options.length;
    this.scene = {
      ledger: new Ledger(),
      violations: new Violations(),
      random: randomFrom(options.seed),
      unavailable: 0,
      oddities: new Map(),
    };
    this.dataDir = parts.dataDir;
    this.#clean = parts.clean;
    this.database = parts.database;
    this.cluster = parts.cluster;
    [this.calm, this.flaky, this.straight] = parts.proxies;
    this.#proxies = [...parts.proxies];
    for (const proxy of this.#proxies) proxy.choose = () => this.cluster.door;
  }

  /** The one service; where there are nodes, the first of them. */
  get service(): Service {
    return this.cluster.service;
  }

  /** Starts everything, and waits until every watcher is in its room. */
  static async open(options: WorldOptions): Promise<World> {
    await mkdir(options.folder, { recursive: true });
    const own = options.dataDir === undefined ? await createDataDir() : undefined;
    const dataDir = options.dataDir ?? own?.path ?? '';
    const forget = undoAtExit(() => {
      const postmaster = postmasterOf(clusterFolder(dataDir));
      // PostgreSQL's own processes notice by themselves that it is gone.
      if (postmaster !== undefined) signal(postmaster, 'SIGKILL');
      if (own) rmSync(dataDir, { recursive: true, force: true });
    });
    const embedded = options.kind === 'embedded';
    const database = embedded ? openEmbedded(dataDir) : await openGiven(dataDir, options.settings);
    const made = {
      database: embedded ? 'embedded' : await database.url(),
      dataDir,
      folder: options.folder,
      entry: options.entry,
    };
    const world = new World(options, {
      dataDir,
      async clean() {
        await own?.remove();
        forget();
      },
      database,
      cluster: options.kind === 'nodes' ? await Cluster.several(made) : Cluster.single(made),
      proxies: [await TcpProxy.open(), await TcpProxy.open(), await TcpProxy.open()],
    });
    try {
      if (!embedded) await migrate(await database.url());
      await Promise.all(world.cluster.services.map((service) => service.start()));
      await world.#settle(options.population);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** A proxy of somebody's own. */
  async openProxy(): Promise<TcpProxy> {
    const proxy = await TcpProxy.open();
    proxy.choose = () => this.cluster.door;
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Starts again what a fault that went wrong left behind. */
  async recover(): Promise<void> {
    if (this.kind !== 'embedded') await this.database.ensureRunning();
    for (const service of this.cluster.services) if (!service.isRunning) await service.start();
  }

  /** Lets something go on while other things happen; {@link World.checkpoint} waits for it. */
  inBackground(work: () => Promise<void>): void {
    const running = work().finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  /**
   * Sends a fresh message into each room and waits until it is acknowledged and everyone who can hear has it.
   *
   * @returns who does not have it in time, and who was the last that had to be waited for
   */
  async probe(): Promise<{ missing: string[]; last: string }> {
    const deadline = performance.now() + PROBE_WITHIN;
    const drafts = this.cast.probes.map((probe) => probe.send());
    const healthy = this.cast.watchers.filter((watcher) => watcher.identity.url === this.calm.url);
    for (let last = ''; ;) {
      const missing = drafts.flatMap((draft, room) => {
        if (draft.acked === 0) return [`room ${room}: no acknowledgement`];
        return healthy
          .filter((watcher) => watcher.view.room === room && watcher.view.timeline.revision(draft.seq) === 0)
          .map((watcher) => `room ${room}: ${watcher.identity.name}`);
      });
      if (missing.length === 0 || performance.now() > deadline) return { missing, last };
      last = missing.join(', ');
      await pause(20);
    }
  }

  /** Lets everybody come to rest, compares, and lets them go on. @returns whether all is well */
  async checkpoint(): Promise<boolean> {
    await Promise.all(this.#background);
    for (const writer of this.cast.writers) writer.pause();
    const deadline = performance.now() + this.#restWithin;
    const everyone = this.#everyWriter();
    while (!everyone.every((writer) => writer.isIdle) && performance.now() < deadline) await pause(20);
    const truth = await this.#revisions();
    const behind = () => this.cast.watchers.filter(({ view }) => view.safe < (truth[view.room] ?? 0));
    while (behind().length > 0 && performance.now() < deadline) await pause(20);
    await this.#compare();
    for (const writer of this.cast.writers) writer.resume();
    return this.scene.violations.total === 0;
  }

  /** Ends and removes everything. */
  async close(): Promise<void> {
    const actors = [...this.#everyWriter(), ...this.cast.watchers, ...this.cast.outsiders];
    await Promise.allSettled(actors.map((actor) => actor.stop()));
    await this.cluster.close();
    await this.database.end();
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await this.#clean();
  }

  async #settle(population: Population): Promise<void> {
    setEnv(loadEnv({ ...TEST_SETTINGS }));
    connectDatabase(await this.database.url());
    try {
      this.cast = await populate(this.scene, this, population, await this.database.url());
    } finally {
      await disconnectDatabase();
    }
    for (const actor of [...this.cast.watchers, ...this.#everyWriter(), ...this.cast.outsiders]) actor.start();
    const deadline = performance.now() + PROBE_WITHIN;
    while (this.cast.watchers.some(({ view }) => view.start === null)) {
      if (performance.now() > deadline) throw new Error('Not every watcher got in');
      await pause(20);
    }
  }

  #everyWriter(): Writer[] {
    return [...this.cast.writers, ...this.cast.probes, ...this.cast.cutters.map(({ writer }) => writer)];
  }

  async #revisions(): Promise<number[]> {
    const rows = await query<{ id: number; revision: number }>(
      await this.database.url(),
      'SELECT id, revision FROM chats WHERE id = ANY($1)',
      [this.cast.rooms.map(({ id }) => id)],
    );
    return this.cast.rooms.map(({ id }) => rows.find((row) => row.id === id)?.revision ?? 0);
  }

  async #compare(): Promise<void> {
    const client = new pg.Client({ connectionString: await this.database.url(), application_name: 'chaos' });
    await client.connect();
    try {
      const rooms = [];
      for (const { id } of this.cast.rooms) rooms.push(await readStored(client, id));
      const { ledger, violations } = this.scene;
      check(
        { rooms, ledger, views: this.cast.watchers.map(({ view }) => view), outsiders: this.cast.removed },
        violations,
      );
    } finally {
      await client.end();
    }
  }
}
