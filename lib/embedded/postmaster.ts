import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../start-error';
import type { Binaries } from './binaries';
import { childEnvironment, identity, type Cluster } from './cluster';
import type { RunUser } from './run-user';

/** A PostgreSQL that accepts connections on loopback. */
export interface Postmaster {
  child: ChildProcess;
  port: number;
}

export interface LaunchOptions {
  binaries: Binaries;
  user: RunUser | undefined;
  cluster: Cluster;
  logFile: string;
  /** undefined: any free one */
  port: number | undefined;
}

/** Milliseconds to go on trying while a killed predecessor's shared memory, or its port, is still held. */
const RETRY_FOR = 10_000;
/** Milliseconds that replaying the log after a crash may take. */
const READY_WITHIN = 120_000;

const TRANSIENT =
  /pre-existing shared memory block|could not bind|could not create any TCP\/IP sockets|lock file ".*" already exists/;

/** Nothing that users wrote may reach PostgreSQL's log, so no statements and no details; the rest is PostgreSQL's default, fsync on. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'timezone=UTC',
  'log_timezone=UTC',
  'jit=off',
].flatMap((setting) => ['-c', setting]);

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The operating system named no port');
  return address.port;
}

/** Line 8 of postmaster.pid (PostgreSQL's miscadmin.h), behind the process that wrote it. */
async function isReady(folder: string, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

async function spawnPostgres(options: LaunchOptions, port: number): Promise<ChildProcess> {
  const { binaries, user, cluster, logFile } = options;
  const logHandle = await open(logFile, 'w', 0o600);
  try {
    // Its own session: a terminal's Ctrl+C must reach the server alone, which then stops PostgreSQL in its turn.
    const child = spawn(binaries.postgres, ['-D', cluster.folder, '-p', String(port), ...SETTINGS], {
      ...identity(user),
      env: childEnvironment(),
      cwd: cluster.folder,
      detached: true,
      stdio: ['ignore', logHandle.fd, logHandle.fd],
    });
    await once(child, 'spawn');
    child.unref();
    return child;
  } finally {
    await logHandle.close();
  }
}

/** Resolves with undefined once it accepts connections, or with what it wrote before it gave up. */
async function outcome(child: ChildProcess, options: LaunchOptions): Promise<string | undefined> {
  const deadline = Date.now() + READY_WITHIN;
  while (child.exitCode === null && child.signalCode === null) {
    if (await isReady(options.cluster.folder, child.pid)) return undefined;
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      return 'it was not ready in time';
    }
    await sleep(10);
  }
  return (await readFile(options.logFile, 'utf8').catch(() => '')).trim();
}

function reason(output: string): string {
  const lines = output.split('\n').filter((line) => line.includes('FATAL') || line.includes('PANIC'));
  const line = lines.at(-1) ?? output.split('\n').at(-1) ?? '';
  return line.replace(/^.*?(?:FATAL|PANIC):\s*/, '') || 'it wrote nothing';
}

/**
 * Starts PostgreSQL and waits until it accepts connections.
 *
 * @throws StartError with PostgreSQL's own last word
 */
export async function launch(options: LaunchOptions): Promise<Postmaster> {
  const giveUp = Date.now() + RETRY_FOR;
  for (;;) {
    const port = options.port ?? (await freePort());
    const child = await spawnPostgres(options, port).catch((error: unknown) => {
      throw new StartError(
        `The embedded PostgreSQL could not be run: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    const output = await outcome(child, options);
    if (output === undefined) return { child, port };
    if (!TRANSIENT.test(output) || Date.now() > giveUp) {
      throw new StartError(`The embedded PostgreSQL did not start: ${reason(output)} (${options.logFile})`);
    }
    await sleep(100);
  }
}

/** Milliseconds for a fast shutdown (connections end, everything is written), then for an immediate one. */
const FAST = 2_000;
const IMMEDIATE = 2_000;

/** Stops PostgreSQL: fast, then at once if that takes too long, then by force: what is committed is in its log in any case. */
export async function halt(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.ref();
  child.kill('SIGINT');
  const timers = [
    setTimeout(() => child.kill('SIGQUIT'), FAST),
    setTimeout(() => child.kill('SIGKILL'), FAST + IMMEDIATE),
  ];
  await exited;
  for (const timer of timers) clearTimeout(timer);
}
