import { stat, statfs } from 'node:fs/promises';
import { ensureDataDir } from '../data-dir';
import type { Env } from '../env';
import { bad, good, oneLine, warning, type Finding } from './finding';

/** Bytes: below the first PostgreSQL may come to stand still any moment, below the second it is time to act. */
const TOO_LITTLE = 200 * 2 ** 20;
const LITTLE = 2 * 2 ** 30;

/** Bytes as people say them. */
export function size(bytes: number): string {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;
}

/** How much room is left where a folder lies, or undefined where that cannot be asked. */
export async function checkRoom(subject: string, folder: string): Promise<Finding | undefined> {
  const stats = await statfs(folder).catch(() => undefined);
  if (!stats) return undefined;
  const free = stats.bavail * stats.bsize;
  const says = `${size(free)} free at ${folder}`;
  const fix = 'make room, or move it to a larger disk: without room nothing can be stored';
  if (free < TOO_LITTLE) return bad(subject, says, fix);
  return free < LITTLE ? warning(subject, says, fix) : good(subject, says);
}

/** Whether the data folder is there, ours to write to, and has room. */
export async function checkDataFolder({ dataDir }: Env): Promise<Finding> {
  const subject = 'data folder';
  const isThere = await stat(dataDir).then(
    () => true,
    () => false,
  );
  if (!isThere) return good(subject, `${dataDir} is not there yet: the first start makes it`);
  try {
    await ensureDataDir(dataDir);
  } catch (error) {
    return bad(subject, oneLine(error), 'run this as the user that the service runs as, or change the owner');
  }
  return (await checkRoom(subject, dataDir)) ?? good(subject, `${dataDir} can be written to`);
}
