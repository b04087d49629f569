import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createDataDir } from './data-dir';
import { TEST_SETTINGS } from './settings';

const ROOT = join(import.meta.dirname, '../..');
const READY = /Beseda is ready at (?<url>http[^\s"]+)/;
const PORT = /"port":(?<port>\d+)/;
/** Milliseconds */
const READY_WITHIN = 30_000;

export interface ProcessOptions {
  /** settings beyond, or instead of, the tests' own; undefined unsets */
  env?: Record<string, string | undefined>;
  /** a URL, or 'embedded' */
  database: string;
  /** an existing data folder, which then is not removed */
  dataDir?: string;
  /** what runs, by its path in the project; by default what the build made */
  entry?: string;
  /** arguments of Node itself, before the entry */
  nodeArguments?: string[];
}

/** How a server process ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  milliseconds: number;
}

export interface RunningServer {
  url: string;
  port: number;
  pid: number;
  databaseUrl: string;
  dataDir: string;
  /** ends it with SIGTERM, or the signal given */
  stop(signal?: NodeJS.Signals): Promise<Ending>;
  /** ends it as a crash would */
  kill(): Promise<Ending>;
  /** settles when it has ended, whoever asked for it */
  ended: Promise<Ending>;
  /** whether it has ended */
  isOver: () => boolean;
  /** everything that it wrote to standard output and standard error */
  logs(): string;
}

/** A server process, ready or not. */
export interface ServerProcess {
  pid: number;
  dataDir: string;
  databaseUrl: string;
  logs: () => string;
  errors: () => string;
  signal: (signal: NodeJS.Signals) => void;
  ended: Promise<Ending>;
  /** whether it has ended */
  isOver: () => boolean;
}

/** Starts the built server as its own process and group, without waiting for it. */
export async function spawnProcess(options: ProcessOptions): Promise<ServerProcess> {
  const own = options.dataDir === undefined ? await createDataDir() : undefined;
  const dataDir = options.dataDir ?? own?.path ?? '';
  const url = options.database;
  const settings = { ...TEST_SETTINGS, LOG_LEVEL: 'info', PORT: '0', DATA_DIR: dataDir, ...options.env };
  const begun = performance.now();
  const child = spawn(process.execPath, [...(options.nodeArguments ?? []), options.entry ?? 'build/start.mjs'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...(url === 'embedded' ? {} : { DATABASE_URL: url }),
      ...settings,
    },
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    errors += text;
  });
  let over = false;
  const ended = once(child, 'close').then(async (): Promise<Ending> => {
    over = true;
    await own?.remove();
    return { code: child.exitCode, signal: child.signalCode, milliseconds: performance.now() - begun };
  });
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    dataDir,
    databaseUrl: url,
    logs: () => output,
    errors: () => errors,
    signal: (signal) => void child.kill(signal),
    ended,
    isOver: () => over,
  };
}

/**
 * Starts the real server from the build, on a free loopback port, and waits until it is ready.
 *
 * @throws Error with what the server wrote, when it does not get ready
 */
export async function startProcess(options: ProcessOptions): Promise<RunningServer> {
  const server = await spawnProcess(options);
  const deadline = performance.now() + READY_WITHIN;
  let line: string | undefined;
  while (
    !(line = server
      .logs()
      .split('\n')
      .slice(0, -1)
      .find((text) => READY.test(text)))
  ) {
    if (server.isOver() || performance.now() > deadline) {
      server.signal('SIGKILL');
      throw new Error(`The server did not get ready:\n${server.logs()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const port = Number(PORT.exec(line)?.groups?.port);
  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    const begun = performance.now();
    server.signal(signal);
    return { ...(await server.ended), milliseconds: performance.now() - begun };
  };
  return {
    // Not the public address: a test talks to this very process.
    url: `http://localhost:${port}`,
    port,
    pid: server.pid,
    databaseUrl: server.databaseUrl,
    dataDir: server.dataDir,
    logs: server.logs,
    stop: (signal = 'SIGTERM') => end(signal),
    kill: () => end('SIGKILL'),
    ended: server.ended,
    isOver: server.isOver,
  };
}
