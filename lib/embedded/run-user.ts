import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../start-error';

/** The user that PostgreSQL runs as when the service runs as root, which PostgreSQL refuses. */
export interface RunUser {
  name: string;
  uid: number;
  gid: number;
}

/** Of those in /etc/passwd, the first of these; otherwise whoever comes first and is not root. */
const PREFERRED = ['postgres', 'nobody'];

function users(): RunUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [name, , uid, gid] = line.split(':');
      return name && /^\d+$/.test(uid ?? '') && Number(uid) > 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
    });
}

/**
 * Whom to run PostgreSQL as.
 *
 * @param cluster the cluster's folder: once it exists, its owner stays the one
 * @returns undefined when this process is not root, and PostgreSQL can simply be its child
 * @throws StartError when root knows no other user
 */
export function runUser(cluster: string): RunUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = users();
  const owner = statSync(cluster, { throwIfNoEntry: false })?.uid;
  const found =
    known.find((user) => user.uid === owner) ??
    PREFERRED.flatMap((name) => known.filter((user) => user.name === name))[0] ??
    known[0];
  if (!found)
    throw new StartError('PostgreSQL cannot run as root, and there is no other user: add one, or set DATABASE_URL.');
  return found;
}

const EXECUTE = 0o1;
const READ = 0o4;

function allowed(path: string, user: RunUser, bits: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return false;
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0;
  return ((stats.mode >> shift) & bits) === bits;
}

/** The nearest folder above `path` that `user` cannot pass through, if any. */
export function closedFolder(path: string, user: RunUser): string | undefined {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.find((folder) => !allowed(folder, user, EXECUTE));
}

/** Whether `user` can read and run the file at `path`. */
export function canRun(path: string, user: RunUser): boolean {
  return closedFolder(path, user) === undefined && allowed(path, user, READ | EXECUTE);
}
