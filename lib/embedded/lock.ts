import { createHash } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, StartError } from '../start-error';

/** Bytes of a Unix socket's path on macOS (sockaddr_un); Linux takes four more. */
const SOCKET_PATH = 103;
/** Milliseconds after which a process that was clearing a dead lock must itself be dead. */
const BREAK_TIMEOUT = 5_000;

/** A lock that ends with its process, however that ends: the kernel closes the socket. */
export interface FolderLock {
  release(): Promise<void>;
}

/** The data folder belongs to a server that is running. */
export class FolderLockedError extends StartError {}

/** A process id would mean another process after a restart, above all in containers; a socket answers only while its owner lives. */
function lockPath(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\beseda-${hash}`;
  const path = join(folder, 'lock');
  return Buffer.byteLength(path) <= SOCKET_PATH ? path : join(tmpdir(), `beseda-${hash}.lock`);
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Whether somebody answers at the socket. Not being allowed to ask means that somebody else owns it. */
function isHeld(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(errorCode(error))));
  });
}

/** Removes a dead socket. Only one process at a time may, or the second would remove the first one's new lock. */
async function clearDeadLock(path: string): Promise<void> {
  const guard = `${path}.break`;
  try {
    await (await open(guard, 'wx', 0o600)).close();
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const age = await stat(guard).then(
      (stats) => Date.now() - stats.mtimeMs,
      () => 0,
    );
    if (age > BREAK_TIMEOUT) await rm(guard, { force: true });
    await sleep(50);
    return;
  }
  try {
    if (!(await isHeld(path))) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

function held(server: Server): FolderLock {
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/**
 * Locks a data folder for this process.
 *
 * @param folder an existing, writable folder
 * @throws FolderLockedError when another process has it
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = lockPath(folder);
  const deadline = Date.now() + 2 * BREAK_TIMEOUT;
  for (;;) {
    try {
      return held(await listen(path));
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE') {
        throw new StartError(
          `The data folder ${folder} cannot be locked (${errorCode(error)}): its file system must allow Unix sockets.`,
        );
      }
    }
    if ((await isHeld(path)) || Date.now() > deadline) {
      throw new FolderLockedError(
        `The data folder ${folder} is in use by a running server: stop that one, or set DATA_DIR.`,
      );
    }
    await clearDeadLock(path);
  }
}
