import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '@/lib/embedded';
import { freePort } from '@/lib/embedded/postmaster';
import { log } from '@/lib/log';
import { migrate } from '@/lib/migrations';
import { createDataDir } from '../../harness/data-dir';
import { buildAll, isFresh } from '../../../scripts/build.mjs';
import { createCrowd, type CrowdRoom } from './crowd';

const ROOT = join(import.meta.dirname, '../../..');
const SECRET = 'a secret that only load scenarios know';
/** Milliseconds */
const READY_WITHIN = 60_000;
/** Files that a process needs beside its sockets. */
const OTHER_FILES = 500;

/** What a process holds at one moment, seen from outside. */
export interface Holding {
  /** bytes of resident memory */
  rss: number;
  /** open file descriptors */
  handles: number;
}

/** A server of the build on a database of its own, both this scenario's alone, and a crowd that may sign in. */
export interface Ground {
  readonly port: number;
  readonly database: pg.Client;
  readonly rooms: CrowdRoom[];
  /** starts the server and waits for its port to answer; `at` is the moment when it first listened (`Date.now()`) */
  start(): Promise<{ at: number }>;
  /** ends the server as a crash would */
  kill(): Promise<void>;
  /** ends the server as an operator would */
  stop(): Promise<{ code: number | null; milliseconds: number }>;
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

/** Reads `/proc`; where there is none, nothing is known. */
async function holdingOf(pid: number | undefined): Promise<Holding> {
  if (pid === undefined) return { rss: 0, handles: 0 };
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return { rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024, handles: handles.length };
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
  let output = '';
  let child: ChildProcess | undefined;

  const listening = async (): Promise<void> => {
    const deadline = Date.now() + READY_WITHIN;
    while (!/"port":\d+.*Beseda is ready/.test(output)) {
      if (child?.exitCode !== null || Date.now() > deadline)
        throw new Error(`The server did not get ready:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<{ code: number | null; milliseconds: number }> => {
    const begun = performance.now();
    if (child?.exitCode !== null || child.signalCode !== null) return { code: null, milliseconds: 0 };
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
    return { code: child.exitCode, milliseconds: performance.now() - begun };
  };

  return {
    port,
    database,
    rooms,
    async start() {
      output = '';
      // For profiles: CHAOS_SERVER_ARGV="--cpu-prof --cpu-prof-dir=/tmp/profiles"
      const flags = process.env.CHAOS_SERVER_ARGV?.split(' ') ?? [];
      child = spawn(process.execPath, [...flags, 'build/start.mjs'], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          NODE_ENV: 'production',
          NEXT_TELEMETRY_DISABLED: '1',
          DATABASE_URL: embedded.url,
          DATA_DIR: path,
          NEXTAUTH_SECRET: SECRET,
          PORT: String(port),
          LOG_LEVEL: 'info',
        },
      });
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-1_000_000)));
      await listening();
      return { at: Date.now() };
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    holding: () => holdingOf(child?.pid),
    logs: () => output,
    async end() {
      await end('SIGKILL');
      await database.end();
      await embedded.stop();
      await remove();
    },
  };
}
