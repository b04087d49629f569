// Loaded before a server that is attacked: writes into a file when its event loop was held up by its own work, and, when asked by
// SIGUSR2, what is left of its memory after a collection. Linux only, as what it reads is.
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.FUZZ_MONITOR_FILE ?? '';
/** Milliseconds of the main thread's own work that are too long. */
const TOO_LONG = 200;

/** @returns milliseconds that the main thread has spent on a processor: other programs of a busy machine do not count */
function ownWork() {
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

/** @param {object} line */
const tell = (line) => appendFileSync(file, `${JSON.stringify({ at: Date.now(), ...line })}\n`);

if (isMainThread && file !== '') {
  let last = performance.now();
  let worked = ownWork();
  setInterval(() => {
    const now = performance.now();
    const work = ownWork();
    if (now - last > TOO_LONG && work - worked > TOO_LONG) {
      tell({ kind: 'stall', milliseconds: Math.round(now - last), own: Math.round(work - worked) });
    }
    last = now;
    worked = work;
  }, 20).unref();

  process.on('SIGUSR2', () => {
    // Twice: what finalizers let go of is collected by the second.
    globalThis.gc?.();
    setTimeout(() => {
      globalThis.gc?.();
      const { heapUsed, external } = process.memoryUsage();
      tell({ kind: 'memory', bytes: heapUsed + external });
    }, 100);
  });
}
