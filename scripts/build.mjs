// Client code, pages and server: generated/, .next/ and build/. Says little unless something fails.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { generate } from './generate.mjs';

const brotli = promisify(brotliCompress);
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'build/stamp');

/** Whatever the build is made from. */
const SOURCES = [
  'app',
  'components',
  'lib',
  'messages',
  'public',
  'prisma/schema.prisma',
  'server.ts',
  'renderer.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/tool.ts',
  'scripts/backup.ts',
  'scripts/restore.ts',
  'scripts/doctor.ts',
];

/** @param {string} path @returns {string[]} the files at or under `path`, tests left out */
function filesUnder(path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stats) return [];
  if (stats.isFile()) return /\.test\.tsx?$/.test(path) ? [] : [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

/** @returns {string} changes with any source, and with Node's major version */
function fingerprint() {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0] ?? '');
  for (const file of SOURCES.flatMap(filesUnder)) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** @returns {boolean} whether the build is there and was made from the sources as they are */
export function isFresh() {
  return (
    existsSync(stamp) && existsSync(join(root, 'build/start.mjs')) && readFileSync(stamp, 'utf8') === fingerprint()
  );
}

/** @returns {Promise<void>} rejects, having printed Next's output, when the pages cannot be built */
function buildPages() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    });
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    /** @type {Buffer[]} */
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      reject(new Error('The pages could not be built'));
    });
  });
}

/** Compresses what browsers load, once and as well as can be: `lib/http/static-assets.ts` sends it. */
async function compressAssets() {
  const folder = join(root, '.next/static');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:js|css)$/.test(name));
  await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      await writeFile(`${file}.br`, await brotli(await readFile(file)));
    }),
  );
}

/**
 * Bundles the server, the process that makes pages for it, and the tools that an image needs too.
 *
 * @param {string} [outdir] under the project, so that it finds its packages
 * @param {import('esbuild').Plugin[]} [plugins]
 */
export async function buildServer(outdir = 'build', plugins = []) {
  const { build, stop } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: {
      server: 'server.ts',
      renderer: 'renderer.ts',
      backup: 'scripts/backup.ts',
      restore: 'scripts/restore.ts',
      doctor: 'scripts/doctor.ts',
    },
    outdir,
    plugins,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  // Its helper process would live on beside the server that `npm start` becomes.
  await stop();
}

/**
 * Writes the entry that runs: the server, with the settings of Next that its build wrote down, for the process that it starts. To read next.config.ts again,
 * Next and its plugins would load compilers at every start; Next's own standalone servers do the same.
 *
 * @param {string} [outdir] where the server was bundled to
 */
export function writeEntry(outdir = 'build') {
  /** @type {{ config: object }} */
  const { config } = JSON.parse(readFileSync(join(root, '.next/required-server-files.json'), 'utf8'));
  const settings = JSON.stringify(JSON.stringify(config));
  const script = `process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = ${settings};\nawait import('./server.mjs');\n`;
  writeFileSync(join(root, outdir, 'start.mjs'), script);
}

/** Builds everything. @throws Error in one line, after the tool's own output */
export async function buildAll() {
  const begun = Date.now();
  const wanted = fingerprint();
  process.stdout.write('Building …\n');
  rmSync(stamp, { force: true });
  generate();
  await buildPages();
  await compressAssets();
  mkdirSync(join(root, 'build'), { recursive: true });
  await buildServer();
  writeEntry();
  writeFileSync(stamp, wanted);
  process.stdout.write(`Built in ${((Date.now() - begun) / 1000).toFixed(0)} s\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !(process.argv.includes('--if-stale') && isFresh())) {
  await buildAll().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
