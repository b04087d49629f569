import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readOrCreateSecret, readPrivate } from '../data-dir';
import { StartError } from '../start-error';
import type { Binaries } from './binaries';
import type { RunUser } from './run-user';

const run = promisify(execFile);

/** PostgreSQL's major version in the installed package. */
const MAJOR = '18';
export const SUPERUSER = 'beseda';
export const DATABASE = 'beseda';

/** A private data folder of PostgreSQL and the password of its only user. */
export interface Cluster {
  folder: string;
  password: string;
}

/** Where the cluster lies in the data folder. */
export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/** What a child needs of the environment, and nothing of the service's own settings. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TMPDIR, NODE_ENV } = process.env;
  return { PATH, SystemRoot, TMPDIR, NODE_ENV, TZ: 'UTC' };
}

/** Who the child is, as `spawn` takes it. */
export function identity(user: RunUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

/** libc's C.UTF-8, because under locale C, or the builtin provider, pg_trgm takes Cyrillic for punctuation; macOS has no C.UTF-8. */
const LOCALE = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';

async function initialise(
  binaries: Binaries,
  user: RunUser | undefined,
  folder: string,
  passwordFile: string,
): Promise<void> {
  const options = ['--encoding=UTF8', '--locale-provider=libc', `--locale=${LOCALE}`, '--auth=scram-sha-256'];
  try {
    await run(binaries.initdb, ['-D', folder, '-U', SUPERUSER, `--pwfile=${passwordFile}`, ...options], {
      ...identity(user),
      env: childEnvironment(),
      cwd: folder,
    });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
    const reason = output.split('\n').find((line) => line.includes('error:')) ?? String(error).split('\n')[0];
    throw new StartError(`The embedded PostgreSQL could not make its data folder: ${reason?.trim()}`);
  }
}

/** Made beside its place and then renamed: a start that is cut short leaves nothing that looks like a database. */
async function createCluster(
  dataDir: string,
  binaries: Binaries,
  user: RunUser | undefined,
  password: string,
): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('postgres.new-')) await rm(join(dataDir, name), { recursive: true, force: true });
  }
  const draft = join(dataDir, `postgres.new-${process.pid}`);
  const passwordFile = join(dataDir, `postgres.new-${process.pid}.password`);
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user) {
      await chown(draft, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await initialise(binaries, user, draft, passwordFile);
    await rename(draft, clusterFolder(dataDir));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * The data folder's PostgreSQL cluster, made at the first start.
 *
 * @throws StartError when initdb fails, or the cluster is of another major version
 */
export async function ensureCluster(dataDir: string, binaries: Binaries, user: RunUser | undefined): Promise<Cluster> {
  const folder = clusterFolder(dataDir);
  const password = await readOrCreateSecret(join(dataDir, 'database-password'));
  const exists = (await readdir(dataDir)).includes('postgres');
  if (!exists) await createCluster(dataDir, binaries, user, password);
  const version = (await readPrivate(join(folder, 'PG_VERSION')))?.trim();
  if (version !== MAJOR) {
    throw new StartError(
      `${folder} belongs to PostgreSQL ${version ?? 'of no known version'}; this release needs ${MAJOR}.`,
    );
  }
  return { folder, password };
}
