import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';

const ROOT = join(import.meta.dirname, '../..');
/** Debian keeps it where an ordinary user's PATH does not look. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;
/** Milliseconds */
const READY_WITHIN = 5_000;

export interface RunningNginx {
  url: string;
  /** host and port, as a client names them */
  host: string;
  /** everything that it wrote so far */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

/** The nginx that this machine has, as it names its version; undefined where there is none. */
export function nginxVersion(): string | undefined {
  const { status, stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8', env: { ...process.env, PATH } });
  return status === 0 ? stderr.trim() : undefined;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The project's nginx.conf, with nothing changed but where it listens, forwards to and writes. */
async function localConfiguration(folder: string, port: number, application: number): Promise<string> {
  const shipped = await readFile(join(ROOT, 'nginx.conf'), 'utf8');
  const places: [string, string][] = [
    ['listen 80 ', `listen 127.0.0.1:${port} `],
    ['server app:3000;', `server 127.0.0.1:${application};`],
    ['worker_processes auto;', `worker_processes 1;\ndaemon off;\npid ${folder}/pid;`],
    [
      'http {',
      `http {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}`,
    ],
  ];
  return places.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`nginx.conf no longer says "${from}"`);
    return text.replace(from, to);
  }, shipped);
}

/**
 * Runs the project's nginx.conf on a free loopback port.
 *
 * @param application the loopback port to forward to
 * @throws Error with nginx's own words when it does not start
 */
export async function startNginx(application: number): Promise<RunningNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'beseda-nginx-'));
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, await localConfiguration(folder, port, application));
  const output = await open(join(folder, 'output'), 'a');
  const child = spawn('nginx', ['-p', folder, '-e', join(folder, 'output'), '-c', configuration], {
    // A file: nginx opens /dev/stdout anew, which a socket of Node's does not allow.
    stdio: ['ignore', output.fd, output.fd],
    env: { ...process.env, PATH },
  });
  const ended = once(child, 'exit');
  const deadline = Date.now() + READY_WITHIN;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`nginx did not start:\n${await readFile(join(folder, 'output'), 'utf8')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url: `http://localhost:${port}`,
    host: `localhost:${port}`,
    logs: () => readFile(join(folder, 'output'), 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await output.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
