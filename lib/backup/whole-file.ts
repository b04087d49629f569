import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { errorCode, StartError } from '../start-error';

/** A name alone is lost with the power unless its folder is written too. Windows opens no folders, and some network mounts sync none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes(errorCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

/** Gives a finished file its name, unless somebody else has taken it meanwhile. @throws StartError */
async function place(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') throw alreadyThere(path);
    // A memory stick's file system has no links, and nothing else that takes a name only if it is free.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(code)) throw error;
    await refuseExisting(path);
    await rename(draft, path);
  }
}

const alreadyThere = (path: string) => new StartError(`${path} exists already: name another file, or a folder.`);

function explain(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StartError(`There is no room left for ${path}.`);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code)) {
    return new StartError(`${path} cannot be written (${code}): name a file in a folder that is yours.`);
  }
  return error;
}

/** @throws StartError when there is something at `path` */
export async function refuseExisting(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw alreadyThere(path);
}

/**
 * Writes a gzip file that only its owner can read. It has its name once it is whole and safe on the disk, and never before.
 *
 * @param path a file that is not there yet
 * @returns its bytes
 * @throws StartError when it cannot be written; whatever `content` throws
 */
export async function writeWholeGzip(path: string, content: AsyncIterable<Buffer>): Promise<number> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.partial`;
  const sweep = (): void => rmSync(draft, { force: true });
  process.once('exit', sweep);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      const packed = createGzip();
      // What goes wrong comes out of the stream's end.
      pipeline(Readable.from(content), packed, () => undefined);
      for await (const part of packed as AsyncIterable<Buffer>) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    const { size } = await stat(draft);
    await place(draft, path);
    await rm(draft, { force: true });
    await syncFolder(dirname(path));
    return size;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw explain(path, error);
  } finally {
    process.off('exit', sweep);
  }
}
