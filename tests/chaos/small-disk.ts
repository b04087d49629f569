import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { undoAtExit } from './leftovers';

const run = promisify(execFile);
/** Room for a new cluster, some segments of its log, and a few thousand messages. */
const SIZE = '256m';

/** A small disk of its own. */
export interface SmallDisk {
  path: string;
  remove(): Promise<void>;
}

/** Mounts a small tmpfs. @throws Error where that is not allowed */
export async function mountSmallDisk(): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'beseda-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', path]);
  } catch (error) {
    await rmdir(path);
    throw error;
  }
  const forget = undoAtExit(() => {
    spawnSync('umount', ['-l', path]);
    spawnSync('rmdir', [path]);
  });
  await chmod(path, 0o711);
  return {
    path,
    async remove() {
      // Processes that were just killed may still hold it.
      await run('umount', [path]).catch(() => run('umount', ['-l', path]));
      await rmdir(path);
      forget();
    },
  };
}

/** Why there can be no small disk here, or undefined when there can. */
export async function disksImpossible(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'there is no tmpfs on this system';
  try {
    await (await mountSmallDisk()).remove();
    return undefined;
  } catch {
    return 'mounting a tmpfs is not allowed';
  }
}
