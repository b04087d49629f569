import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { freePort } from './free-port';

/** Milliseconds */
const READY_WITHIN = 5_000;

/** Whether this machine has redis-server: what needs it says so where it is missing, and fails in CI. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** A real redis-server, and what may happen to it. */
export interface TestRedis {
  url: string;
  port: number;
  /** of the process that runs now, or ran last */
  readonly pid: number;
  /** ends it as a crash would; it keeps nothing */
  kill(): Promise<void>;
  /** starts it again on its port, empty */
  start(): Promise<void>;
  /** SIGSTOP: it keeps its connections and says nothing */
  pause(): void;
  resume(): void;
  /** asks it something of the harness's own */
  command(...words: string[]): Promise<unknown>;
  /** ends it for good */
  stop(): Promise<void>;
}

async function ask(url: string, words: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: READY_WITHIN } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(words);
  } finally {
    client.destroy();
  }
}

/** Starts a redis-server on a free port of the loopback address, which keeps nothing on disk. */
export async function startRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'beseda-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
      { stdio: 'ignore' },
    );
    const deadline = Date.now() + READY_WITHIN;
    for (;;) {
      try {
        await ask(url, ['PING']);
        return;
      } catch (error) {
        if (Date.now() > deadline) throw new Error('redis-server did not start', { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async function kill(): Promise<void> {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    url,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    kill,
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    command: (...words) => ask(url, words),
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
