import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, StartError } from './start-error';

const SECRET_FILE = 'secret';
/** Where the embedded database can be reached while it runs, for Prisma Studio and the seed. */
const URL_FILE = 'database-url';

/**
 * Makes the data folder if it is missing.
 *
 * @throws StartError when it cannot be made or written to
 */
export async function ensureDataDir(dataDir: string): Promise<void> {
  // Root's PostgreSQL runs as another user, who has to pass through; what lies inside is closed file by file.
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  const probe = join(dataDir, `.write-test-${process.pid}`);
  try {
    await mkdir(dataDir, { recursive: true, mode });
    await (await open(probe, 'w', 0o600)).close();
    await rm(probe);
  } catch (error) {
    throw new StartError(
      `The data folder ${dataDir} is not writable (${errorCode(error)}): change its owner, or set DATA_DIR.`,
    );
  }
}

/**
 * Writes a file that only its owner can read, whole or not at all.
 *
 * @param path where to
 * @param place puts the finished file in its place: `rename` replaces, `link` refuses with EEXIST
 */
async function writeWhole(path: string, content: string, place: typeof rename): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await place(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Reads a file of the data folder, or undefined where there is none. */
export async function readPrivate(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new StartError(`${path} cannot be read (${errorCode(error)}).`);
  }
}

/**
 * Reads a secret, or makes one and keeps it. Several processes may ask at once: all get the same.
 *
 * @param path of the file, mode 0600
 * @returns 256 random bits, as base64url
 */
export async function readOrCreateSecret(path: string): Promise<string> {
  const kept = (await readPrivate(path))?.trim();
  if (kept) return kept;
  await writeWhole(path, randomBytes(32).toString('base64url'), link).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  const made = (await readPrivate(path))?.trim();
  if (!made) throw new StartError(`${path} is empty: remove it, and a new one is made.`);
  return made;
}

/** The service's own secret, kept in the data folder. */
export function serviceSecret(dataDir: string): Promise<string> {
  return readOrCreateSecret(join(dataDir, SECRET_FILE));
}

/** The service's own secret if there is one by now. */
export async function ownSecret(dataDir: string): Promise<string | undefined> {
  const kept = (await readPrivate(join(dataDir, SECRET_FILE)))?.trim();
  return kept === '' ? undefined : kept;
}

/**
 * Makes a secret the service's own, in place of the one that was there.
 *
 * @param kept the name that the one that was there gets in the data folder; it must be free
 */
export async function replaceSecret(dataDir: string, secret: string, kept: string): Promise<void> {
  const path = join(dataDir, SECRET_FILE);
  await link(path, join(dataDir, kept)).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
  await writeWhole(path, secret, rename);
}

/** Keeps the running embedded database's URL for the tools beside the server. */
export function publishDatabaseUrl(dataDir: string, url: string): Promise<void> {
  return writeWhole(join(dataDir, URL_FILE), `${url}\n`, rename);
}

/** Takes the URL away again when the database stops. */
export function withdrawDatabaseUrl(dataDir: string): Promise<void> {
  return rm(join(dataDir, URL_FILE), { force: true });
}

/** The URL of the embedded database that a running server has published, if any. */
export async function publishedDatabaseUrl(dataDir: string): Promise<string | undefined> {
  return (await readPrivate(join(dataDir, URL_FILE)))?.trim();
}
