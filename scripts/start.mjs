// `npm start`: builds if need be, then becomes the server, so that a signal reaches it directly.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Node.js 20.19 or newer is needed; this is ${process.version}.\n`);
  process.exit(1);
}

Object.assign(process.env, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
// Until the server has its own handlers: ends what the build has started.
const stop = () => process.exit(1);
process.once('SIGTERM', stop).once('SIGINT', stop);

const { buildAll, isFresh } = await import('./build.mjs');
if (!isFresh()) {
  await buildAll().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}

process.off('SIGTERM', stop).off('SIGINT', stop);
await import(pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), '../build/start.mjs')).href);
