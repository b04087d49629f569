import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { licences, page } from '../../scripts/licences.mjs';

const ROOT = join(import.meta.dirname, '../..');

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      integrity: z.string().optional(),
      optional: z.boolean().optional(),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const { packages } = lockSchema.parse(JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')));

/** Below these, a published attack on this kind of service works; the oldest version that is safe, by package. */
const FLOORS: Record<string, string> = {
  next: '16.3.8',
  ws: '8.21.1',
  'socket.io-parser': '4.2.7',
  'next-auth': '4.24.15',
  'socket.io-adapter': '2.5.8',
};

/** Licences under which a library may be chosen for its code, and those of data, fonts and what others bring along unused. */
const LICENCES = new Set(
  ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'MIT-0', 'BlueOak-1.0.0', 'Unlicense'].concat(
    ['OFL-1.1', 'CC-BY-4.0'],
    ['MIT and ISC', 'Apache-2.0 AND MIT'],
  ),
);

/** What is under another licence, or states none in its manifest, and why that is all right. */
const EXCEPTIONS: Record<string, string> = {
  elkjs: 'EPL-2.0; drawn by Prisma Studio in an administrator’s browser, not part of the service',
  'seq-queue': 'MIT by its LICENSE file; part of Prisma’s command line',
  'xmlhttprequest-ssl': 'MIT by its LICENSE file',
};

const namesOf = (path: string) => path.replace(/^.*node_modules\//, '');

function isAtLeast(version: string, floor: string): boolean {
  const [a, b] = [version, floor].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (const [place, least] of (b ?? []).entries()) {
    const actual = a?.[place] ?? 0;
    if (actual !== least) return actual > least;
  }
  return true;
}

/** Whether a package is for systems other than Linux on the two kinds of processor that servers have. */
function isElsewhere(os: string[] | undefined, cpu: string[] | undefined): boolean {
  return !os?.includes('linux') || !cpu?.some((kind) => kind === 'x64' || kind === 'arm64');
}

describe('the lock file', () => {
  // A registry that lacked one when the lock was written leaves it out, and from then on `npm ci` refuses the lock everywhere.
  it('locks the packages of every platform, not only of the one it was written on', () => {
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    const locked = new Set(Object.keys(packages).map(namesOf));
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });

  it.each(Object.entries(FLOORS))('holds no %s below %s, wherever it is nested', (name, floor) => {
    const versions = Object.entries(packages).filter(([path]) => path !== '' && namesOf(path) === name);
    expect(versions).not.toHaveLength(0);
    for (const [path, { version = '0' }] of versions)
      expect(isAtLeast(version, floor), `${path} ${version}`).toBe(true);
  });

  it('knows what every package must be, byte for byte', () => {
    // Binaries for systems that the lock's writer could not fetch are checked by the registry's word alone.
    const unsure = Object.entries(packages).filter(
      ([path, { integrity, optional, os, cpu }]) => path !== '' && !integrity && !(optional && isElsewhere(os, cpu)),
    );
    expect(unsure.map(([path]) => path)).toEqual([]);
  });
});

it('an installation runs no scripts of packages', async () => {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'ignore-scripts'], { cwd: ROOT });
  expect(stdout.trim()).toBe('true');
});

describe('licences', () => {
  it('are such that anyone may run and change what they got', () => {
    const others = [...licences()].flatMap(([licence, names]) =>
      LICENCES.has(licence) ? [] : [...names].map((name) => `${name}: ${licence}`),
    );
    // Next brings sharp along for images that this service never touches; its library is the LGPL's, linked dynamically.
    const unexplained = others.filter(
      (line) => !line.startsWith('@img/sharp-') && !Object.hasOwn(EXCEPTIONS, line.split(': ')[0] ?? ''),
    );
    expect(unexplained).toEqual([]);
  });

  it('are listed as they are', async () => {
    expect(await readFile(join(ROOT, 'docs/licences.md'), 'utf8')).toBe(await page());
  });
});
