import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { NGINX_ENV } from './nginx-version.mjs';

const ROOT = join(import.meta.dirname, '../..');
/** Milliseconds */
const READY_WITHIN = 5_000;

export interface RunningNginx {
  url: string;
  port: number;
  /** host and port, as a client names them */
  host: string;
  pid: number;
  /** everything that it wrote so far */
  logs(): Promise<string>;
  stop(): Promise<void>;
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

/** What a test changes in nginx.conf: a text that must be in it, and what stands there instead. */
export type Change = [from: string, to: string];

/** The project's nginx.conf, with nothing changed but where it listens, forwards to and writes, and what a test wants. */
async function localConfiguration(
  folder: string,
  port: number,
  applications: number[],
  changes: Change[],
): Promise<string> {
  const shipped = await readFile(join(ROOT, 'nginx.conf'), 'utf8');
  const places: Change[] = [
    ...changes,
    ['listen 80 ', `listen 127.0.0.1:${port} `],
    ['server app:3000 ', applications.map((each) => `server 127.0.0.1:${each} `).join('max_fails=0;\n')],
    ['worker_processes auto;', `worker_processes 1;\ndaemon off;\npid ${folder}/pid;`],
    [
      'http {',
      `http {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}`,
    ],
  ];
  return places.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`nginx.conf no longer says "${from}"`);
    return text.replaceAll(from, to);
  }, shipped);
}

/** What `nginx -t` says of the project's nginx.conf. */
export async function testConfiguration(...changes: Change[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'beseda-nginx-'));
  try {
    const configuration = join(folder, 'nginx.conf');
    await writeFile(configuration, await localConfiguration(folder, await freePort(), [1], changes));
    const output = join(folder, 'output');
    const file = await open(output, 'a');
    const options = ['-t', '-p', folder, '-e', output, '-c', configuration];
    spawnSync('nginx', options, { stdio: ['ignore', file.fd, file.fd], env: NGINX_ENV });
    await file.close();
    return await readFile(output, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs the project's nginx.conf on a free loopback port.
 *
 * @param applications the loopback ports of the nodes to forward to
 * @param changes what else to change in it
 * @throws Error with nginx's own words when it does not start
 */
export async function startNginx(applications: number | number[], changes: Change[] = []): Promise<RunningNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'beseda-nginx-'));
  // Its workers are another user where it is root's, and keep bodies that came in chunks there.
  await chmod(folder, 0o711);
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, await localConfiguration(folder, port, [applications].flat(), changes));
  const output = await open(join(folder, 'output'), 'a');
  const child = spawn('nginx', ['-p', folder, '-e', join(folder, 'output'), '-c', configuration], {
    // A file: nginx opens /dev/stdout anew, which a socket of Node's does not allow.
    stdio: ['ignore', output.fd, output.fd],
    env: NGINX_ENV,
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
    port,
    host: `localhost:${port}`,
    pid: child.pid ?? 0,
    logs: () => readFile(join(folder, 'output'), 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await output.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
