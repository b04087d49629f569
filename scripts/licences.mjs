// `npm run licences`: writes docs/licences.md, every package that an installation may hold, by its licence, as the lock file tells.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * The packages of an installation without those that only development needs, by licence.
 *
 * @returns {Map<string, Set<string>>} the names of packages by SPDX expression, both in alphabetical order
 */
export function licences() {
  /** @type {{ packages: Record<string, { license?: string, dev?: boolean, devOptional?: boolean }> }} */
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const shipped = Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { license }]) => ({ name: path.replace(/^.*node_modules\//, ''), licence: license ?? 'not stated' }))
    .sort((a, b) =>
      a.licence === b.licence ? a.name.localeCompare(b.name, 'en') : a.licence.localeCompare(b.licence, 'en'),
    );
  /** @type {Map<string, Set<string>>} */
  const byLicence = new Map();
  for (const { name, licence } of shipped) byLicence.set(licence, (byLicence.get(licence) ?? new Set()).add(name));
  return byLicence;
}

/** @returns {Promise<string>} docs/licences.md as it should be */
export function page() {
  const sections = [...licences()].map(([licence, names]) => `## ${licence}\n\n${[...names].join(', ')}\n`);
  const lead =
    'Every package that an installation may hold, on any platform, by its licence: written by `npm run licences`, and compared by a test.\n';
  return format(['# Licences of what Beseda is built on\n', lead, ...sections].join('\n'), {
    parser: 'markdown',
    printWidth: 120,
    proseWrap: 'always',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, 'docs/licences.md'), await page());
