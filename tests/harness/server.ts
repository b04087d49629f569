import { databaseUrl } from './fresh-database';
import {
  spawnProcess,
  startProcess,
  type ProcessOptions,
  type RunningServer,
  type ServerProcess,
} from './server-process';

export type { Ending, RunningServer, ServerProcess } from './server-process';

export interface ServerOptions extends Omit<ProcessOptions, 'database'> {
  /** a URL, or 'embedded'; by default this test file's database */
  database?: string;
}

const withDatabase = (options: ServerOptions): ProcessOptions => ({ database: databaseUrl(), ...options });

/** Starts the built server as its own process and group, without waiting for it. */
export function spawnServer(options: ServerOptions = {}): Promise<ServerProcess> {
  return spawnProcess(withDatabase(options));
}

/**
 * Starts the real server from the build, on a free loopback port, and waits until it is ready.
 *
 * @throws Error with what the server wrote, when it does not get ready
 */
export function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  return startProcess(withDatabase(options));
}
