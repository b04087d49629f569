import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { pool } from './db';
import { metrics, type AnsweredRequest } from './metrics';
import { readMigrations } from './migrations';
import { projectRoot } from './project-root';

/** Seconds. A commit takes one to ten thousandths on a sound disk; beyond five seconds clients have lost patience. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Seconds. Few, because there are as many for each route. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Messages in one commit, up to the most that the writer takes (`BATCH` in lib/chat/writer.ts). */
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 384];

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

const packageSchema = z.object({ version: z.string() });

/** The release that runs, and the newest migration that it knows, hence has applied. */
async function buildInfo(): Promise<{ version: string; migration: string }> {
  const { version } = packageSchema.parse(JSON.parse(await readFile(join(projectRoot(), 'package.json'), 'utf8')));
  const { migrationDirectories } = await readMigrations();
  return { version, migration: migrationDirectories.at(-1)?.path ?? '' };
}

/** Status class, or that there was nobody left to answer. */
const outcomeOf = ({ status }: AnsweredRequest) => (status === undefined ? 'aborted' : `${Math.floor(status / 100)}xx`);

/**
 * Makes what Prometheus reads of the service out of what is counted (lib/metrics.ts), and has batches and requests measured from now on.
 * Every label has few values: protocols, error codes, routes of the front door, classes of methods and statuses.
 */
export async function createMetricsRegistry(): Promise<Registry> {
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  const counts = metrics();

  const gauge = (name: string, help: string, look: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(look());
      },
    });
  const counter = (name: string, help: string, look: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(look());
      },
    });

  // Whoever is collected first looks, for all three: it is a walk over every connection.
  new Gauge({
    name: 'beseda_connections',
    help: 'Open sockets that were let in, by protocol.',
    labelNames: ['protocol'],
    registers,
    collect() {
      const seen = counts.sockets?.();
      if (!seen) return;
      for (const [protocol, count] of Object.entries(seen.connections)) this.set({ protocol }, count);
      rooms.set(seen.rooms);
      buffers.set(seen.buffered);
    },
  });
  const rooms = new Gauge({
    name: 'beseda_open_rooms',
    help: 'Rooms that somebody connected here has joined.',
    registers,
  });
  const buffers = new Gauge({
    name: 'beseda_outgoing_buffer_bytes',
    help: 'Bytes that wait to be sent, over all sockets.',
    registers,
  });
  counter(
    'beseda_messages_accepted_total',
    'Messages stored and acknowledged; repeats of stored ones do not count.',
    () => counts.accepted,
  );
  counter(
    'beseda_deliveries_total',
    'Changes of rooms sent to connections: frames times receivers.',
    () => counts.deliveries,
  );
  new Counter({
    name: 'beseda_refusals_total',
    help: 'Errors that clients were answered with, by transport and code of the contract.',
    labelNames: ['transport', 'code'],
    registers,
    collect() {
      this.reset();
      for (const { transport, code, count } of counts.refusals()) this.inc({ transport, code }, count);
    },
  });
  new Gauge({
    name: 'beseda_database_pool_connections',
    help: 'Connections of the pool, by whether they are at work.',
    labelNames: ['state'],
    registers,
    collect() {
      const { totalCount, idleCount } = pool();
      this.set({ state: 'busy' }, totalCount - idleCount);
      this.set({ state: 'idle' }, idleCount);
    },
  });
  gauge('beseda_database_pool_connections_max', 'Connections that the pool may have.', () => pool().options.max);
  gauge('beseda_database_pool_waiting', 'Requests that wait for a connection of the pool.', () => pool().waitingCount);
  new Gauge({
    name: 'beseda_redis_connected',
    help: 'Whether the bus between nodes is connected; no value where there is none.',
    registers,
    collect() {
      if (counts.redis) this.set(counts.redis() ? 1 : 0);
      else this.remove();
    },
  });
  new Gauge({
    name: 'beseda_build_info',
    help: 'Always 1; the release, and the newest migration that is applied.',
    labelNames: ['version', 'migration'],
    registers,
  }).set(await buildInfo(), 1);

  const batches = new Histogram({
    name: 'beseda_batch_messages',
    help: 'Messages handed to one commit, repeats included.',
    buckets: BATCH_BUCKETS,
    registers,
  });
  const commits = new Histogram({
    name: 'beseda_commit_duration_seconds',
    help: 'How long PostgreSQL takes to store a batch of messages durably.',
    buckets: COMMIT_BUCKETS,
    registers,
  });
  const deliveries = new Histogram({
    name: 'beseda_delivery_duration_seconds',
    help: 'From the arrival of a batch’s first message at the writer until all of the batch was written to the sockets.',
    buckets: COMMIT_BUCKETS,
    registers,
  });
  const requests = new Counter({
    name: 'beseda_http_requests_total',
    help: 'HTTP requests by route, method (read or write) and class of status.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'beseda_http_request_duration_seconds',
    help: 'From a request’s headers to the end of its answer, by route and method (read or write).',
    labelNames: ['route', 'method'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  counts.meters = {
    batch: (messages, milliseconds) => {
      batches.observe(messages);
      commits.observe(milliseconds / 1_000);
    },
    delivered: (milliseconds) => deliveries.observe(milliseconds / 1_000),
    request: (request) => {
      const { route } = request;
      const method = SAFE.has(request.method) ? 'read' : 'write';
      requests.inc({ route, method, status: outcomeOf(request) });
      durations.observe({ route, method }, request.milliseconds / 1_000);
    },
  };
  return registry;
}
