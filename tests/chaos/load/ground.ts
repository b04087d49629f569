import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { startEmbedded } from '@/lib/embedded';
import { freePort } from '@/lib/embedded/postmaster';
import { log } from '@/lib/log';
import { migrate } from '@/lib/migrations';
import { createDataDir } from '../../harness/data-dir';
import { startProcess, type Ending, type RunningServer } from '../../harness/server-process';
import { buildAll, isFresh } from '../../../scripts/build.mjs';
import { undoAtExit } from '../leftovers';
import { signal } from '../processes';
import { createCrowd, type CrowdRoom } from './crowd';

const SECRET = 'a secret that only load scenarios know';
/** Files that a process needs beside its sockets. */
const OTHER_FILES = 500;

/** What a server holds at one moment, seen from outside; zeros where there is no `/proc`. */
export interface Holding {
  /** bytes of resident memory */
  rss: number;
  /** open file descriptors */
  handles: number;
  /** established connections to its port */
  connections: number;
}

/** A server of the build on a database of its own, both this scenario's alone, and a crowd that may sign in. */
export interface Ground {
  readonly port: number;
  readonly database: pg.Client;
  readonly rooms: CrowdRoom[];
  /** starts the server and waits until it listens; `at` is that moment (`Date.now()`) */
  start(): Promise<{ at: number }>;
  /** ends the server as a crash would */
  kill(): Promise<Ending>;
  /** ends the server as an operator would */
  stop(): Promise<Ending>;
  /** what the server's process holds */
  holding(): Promise<Holding>;
  /** what the server has written so far */
  logs(): string;
  /** ends and removes everything */
  end(): Promise<void>;
}

/**
 * How many sockets one process may hold here.
 *
 * @returns the limit of open files (`ulimit -n`), less what a process needs beside its sockets
 */
export function socketLimit(): number {
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' });
  const files = Number(stdout.trim());
  return Number.isFinite(files) ? Math.max(0, files - OTHER_FILES) : Number.POSITIVE_INFINITY;
}

/** Rows of `/proc/net/tcp` (proc(5)): number, local address:port, remote address:port, state, where 01 is ESTABLISHED. */
function established(table: string, port: number): number {
  const local = new RegExp(`^\\s*\\d+: [0-9A-F]{8}:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 01 `, 'gm');
  return table.match(local)?.length ?? 0;
}

async function holdingOf(pid: number, port: number): Promise<Holding> {
  const [status, handles, table] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readdir(`/proc/${pid}/fd`).catch(() => []),
    readFile('/proc/net/tcp', 'utf8').catch(() => ''),
  ]);
  const rss = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
  return { rss, handles: handles.length, connections: established(table, port) };
}

/**
 * Lays the ground for a load: PostgreSQL in a folder of its own, a crowd, and a port for the server, which is not started yet.
 * Limits are on, as in production: the crowd comes from many addresses.
 */
export async function layGround(size: { rooms: number; perRoom: number }): Promise<Ground> {
  if (!process.env.TEST_SKIP_BUILD && !isFresh()) await buildAll();
  log.level = 'silent';
  const { path, remove } = await createDataDir();
  const embedded = await startEmbedded(path);
  await migrate(embedded.url);
  const database = new pg.Client({ connectionString: embedded.url, application_name: 'load' });
  await database.connect();
  const rooms = await createCrowd(database, SECRET, size);
  const port = await freePort();
  let server: RunningServer | undefined;

  const running = (): RunningServer => {
    if (!server) throw new Error('The server was not started');
    return server;
  };

  return {
    port,
    database,
    rooms,
    async start() {
      const started = await startProcess({
        database: embedded.url,
        dataDir: path,
        // For profiles: CHAOS_SERVER_ARGV="--cpu-prof --cpu-prof-dir=/tmp/profiles"
        nodeArguments: process.env.CHAOS_SERVER_ARGV?.split(' ') ?? [],
        env: { NEXTAUTH_SECRET: SECRET, RATE_LIMITS: 'on', PORT: String(port) },
      });
      server = started;
      void started.ended.then(undoAtExit(() => signal(started.pid, 'SIGKILL')));
      return { at: Date.now() };
    },
    kill: () => running().kill(),
    stop: () => running().stop(),
    holding: () => holdingOf(running().pid, port),
    logs: () => running().logs(),
    async end() {
      if (server && !server.isOver()) await server.kill();
      await database.end();
      await embedded.stop();
      await remove();
    },
  };
}
