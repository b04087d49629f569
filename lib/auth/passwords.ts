import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { getRounds } from 'bcryptjs';
import { Piscina } from 'piscina';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { env } from '../env';
import { projectRoot } from '../project-root';

/** Threads: one core is left for everything else, and hashing never needs more than two. */
const THREADS = Math.max(1, Math.min(2, availableParallelism() - 1));
/** Passwords that may wait. At cost 12 one takes a quarter of a second, so the last of them waits no longer than a person would. */
const QUEUE = 64;
/** Milliseconds after which an idle thread, with its 10 MB, is let go. */
const IDLE = 30_000;
/** Milliseconds to wait after finding the queue full. */
const RETRY_AFTER = 5_000;

/** Salt and digest of a bcrypt hash that no password is known for: comparing with it takes as long as with any other. */
const NOBODY = 'BesedaBesedaBesedaBeseuu/NobodyHasThisPassword/Nobody';

/** What is kept of an account that has no password, as in shadow(5): no password's hash is this. */
export const NO_PASSWORD = '!';

const shared = globalThis as typeof globalThis & { besedaPasswords?: Piscina | undefined };

/** The worker's file. Next's bundle does not know where it lies, so the working directory is asked first. */
function workerFile(): string {
  const path = ['lib', 'auth', 'password-worker.mjs'];
  const here = join(process.cwd(), ...path);
  return existsSync(here) ? here : join(projectRoot(), ...path);
}

function workers(): Piscina {
  return (shared.besedaPasswords ??= new Piscina({
    filename: workerFile(),
    minThreads: 0,
    maxThreads: THREADS,
    maxQueue: QUEUE,
    idleTimeout: IDLE,
    // The worker is plain JavaScript: loaders that the main thread was started with would only slow it down.
    execArgv: [],
  }));
}

type Task =
  { operation: 'hash'; password: string; cost: number } | { operation: 'compare'; password: string; hash: string };

async function run(task: Task): Promise<unknown> {
  const pool = workers();
  if (pool.queueSize >= QUEUE) {
    throw new AppError('rate_limited', 'Too many people are signing in. Try again in a moment.', {
      retryAfterMs: RETRY_AFTER,
    });
  }
  return pool.run(task);
}

/** Whether bcrypt sees all of a password: it ignores what follows the 72nd byte, and C implementations what follows a NUL. */
function isComparable(password: string): boolean {
  return !password.includes('\0') && Buffer.byteLength(password) <= LIMITS.password.maxBytes;
}

/**
 * Hashes a new password with bcrypt at the configured cost, off the event loop.
 *
 * @param password already checked against `passwordSchema`
 * @throws AppError `rate_limited` when too many are waiting
 */
export async function hashPassword(password: string): Promise<string> {
  if (!isComparable(password)) throw new RangeError('A password that bcrypt would cut short cannot be hashed');
  const hash = await run({ operation: 'hash', password, cost: env().bcryptCost });
  if (typeof hash !== 'string') throw new TypeError('The password worker gave no hash');
  return hash;
}

/**
 * Compares a password with a hash, off the event loop. Takes the same time whether the account exists, and whatever the password:
 * without a hash, or with a password that no account can have, it compares with a hash that nothing fits.
 *
 * @param password as it was typed
 * @param hash the account's ({@link NO_PASSWORD} fits nothing), or undefined when there is no such account
 * @throws AppError `rate_limited` when too many are waiting
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const comparable = isComparable(password) && hash !== undefined && hash !== NO_PASSWORD;
  const cost = String(env().bcryptCost).padStart(2, '0');
  const equal = await run({
    operation: 'compare',
    password: comparable ? password : '',
    hash: comparable ? hash : `$2b$${cost}$${NOBODY}`,
  });
  return equal === true && comparable;
}

/** Whether a hash was made at another cost than the one configured now, and should be made again at the next sign-in. */
export function isOutdated(hash: string): boolean {
  return hash !== NO_PASSWORD && getRounds(hash) !== env().bcryptCost;
}

/** Ends the worker threads, at shutdown or after a test. Harmless when there are none. */
export async function closePasswords(): Promise<void> {
  const open = shared.besedaPasswords;
  shared.besedaPasswords = undefined;
  await open?.destroy();
}
