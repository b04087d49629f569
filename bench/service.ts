import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const READY = /"port":(?<port>\d+).*Beseda is ready/;
/** Milliseconds */
const READY_WITHIN = 60_000;

/** A service that was started as its users start it. */
export interface Service {
  url: string;
  /** milliseconds from the command to the line that says it is ready */
  readyAfter: number;
  /** ends it with SIGTERM, and waits for it */
  stop(): Promise<void>;
}

/**
 * Starts the service with its own database, as `npm start` does, on a free loopback port.
 *
 * @param dataDir its data folder
 * @param settings beside the defaults
 * @throws Error with what it wrote, when it does not get ready
 */
export async function startService(dataDir: string, settings: Record<string, string> = {}): Promise<Service> {
  const begun = performance.now();
  const { DATABASE_URL: _database, NEXTAUTH_URL: _address, ...env } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, PORT: '0', HOST: 'localhost', DATA_DIR: dataDir, LOG_LEVEL: 'info', ...settings },
  });
  let output = '';
  const port = await new Promise<number>((resolve, reject) => {
    const fail = () => reject(new Error(`The service did not get ready:\n${output}`));
    const timer = setTimeout(fail, READY_WITHIN);
    const hear = (text: string) => {
      output += text;
      const found = READY.exec(output)?.groups?.port;
      if (!found) return;
      clearTimeout(timer);
      child.off('close', fail);
      resolve(Number(found));
    };
    child.once('close', fail);
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
  });
  const readyAfter = performance.now() - begun;
  return {
    url: `http://localhost:${port}`,
    readyAfter,
    async stop() {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
