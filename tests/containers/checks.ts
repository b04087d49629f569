import { setTimeout as sleep } from 'node:timers/promises';
import { bodiesOf, type Conversation } from '../harness/conversation';
import { must, run } from './docker';

/** Milliseconds until the service answers, however much the machine has to do besides. */
const READY_WITHIN = 180_000;
/** Milliseconds that the server may take to end (its drain), and the engine with it. */
const STOP_WITHIN = 12_000;
/** Of the layers that are the application's own. */
const IMAGE_BYTES = 250e6;

const begun = Date.now();

/** Tells something, with the seconds since the beginning. */
export function report(line: string): void {
  console.log(`${((Date.now() - begun) / 1_000).toFixed(1).padStart(7)} s  ${line}`);
}

/** @throws Error when it does not hold */
export function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Not so: ${what}`);
  report(`✓ ${what}`);
}

/** Asks until it holds. @returns after how many milliseconds @throws Error when it takes too long */
export async function until(what: string, holds: () => Promise<boolean>): Promise<number> {
  const start = Date.now();
  while (!(await holds())) {
    if (Date.now() - start > READY_WITHIN) throw new Error(`Not within ${READY_WITHIN / 1_000} s: ${what}`);
    await sleep(100);
  }
  return Date.now() - start;
}

/** Waits until the service answers at its address, database included. @returns after how many milliseconds */
export function untilReady(base: string): Promise<number> {
  return until(`${base} is ready`, () =>
    fetch(`${base}/api/health/ready`, { signal: AbortSignal.timeout(5_000) }).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
}

/** What `docker inspect` says of a container or an image. */
export function inspect(id: string, format: string): Promise<string> {
  return must(['docker', 'inspect', '--format', format, id]);
}

/** Waits until the engine calls all of them healthy. @returns after how many milliseconds */
export function untilHealthy(containers: string[]): Promise<number> {
  return until('all containers are healthy', async () => {
    const states = await Promise.all(containers.map((id) => inspect(id, '{{.State.Health.Status}}')));
    return states.every((state) => state === 'healthy');
  });
}

/** That what was said is still there, and the session too. */
export async function checkKept(base: string, conversation: Conversation, when: string): Promise<void> {
  const bodies = await bodiesOf(base, conversation);
  check(bodies.join() === conversation.bodies.join(), `messages and session are kept ${when}`);
}

/** That SIGTERM reaches the server, which ends by itself. */
export async function checkStop(container: string): Promise<void> {
  const start = Date.now();
  await must(['docker', 'stop', '--time', '20', container]);
  const taken = Date.now() - start;
  const code = await inspect(container, '{{.State.ExitCode}}');
  check(code === '0' && taken < STOP_WITHIN, `SIGTERM: the server ended with code ${code} within ${taken} ms`);
}

/** Size, user and content of the image. */
export async function checkImage(image: string): Promise<void> {
  const inside = (script: string) => must(['docker', 'run', '--rm', '--entrypoint', 'sh', image, '-c', script]);
  const bytes = async (name: string) => Number(await inspect(name, '{{.Size}}'));
  const layers = await must(['docker', 'history', '--human=false', '--format', '{{.Size}} {{.CreatedBy}}', image]);
  const base = await must(['docker', 'history', '--quiet', 'node:24-bookworm-slim']);
  const own = layers.split('\n').slice(0, -base.split('\n').length);
  const size = own.reduce((sum, line) => sum + Number(line.split(' ')[0]), 0);
  report(`image: ${Math.round((await bytes(image)) / 1e6)} MB as a whole`);
  check(size < IMAGE_BYTES, `the application's own layers have ${Math.round(size / 1e6)} MB`);
  const unwanted =
    'cd /app; ls -d .env* .git data node_modules/typescript node_modules/esbuild node_modules/prisma; which npm npx yarn corepack gcc make';
  const found = await inside(`id -un; { ${unwanted}; } 2>/dev/null || true`);
  check(found === 'node', 'it runs as the user "node", and holds no secret and no build tool');
}

/** That a container that somebody got into can write, become and reach nothing that it need not. */
export async function checkHardened(container: string): Promise<void> {
  const inside = (script: string) => run(['docker', 'exec', container, 'sh', '-c', script]);
  const status = (await inside('cat /proc/1/status')).output;
  check(
    /^NoNewPrivs:\t1$/m.test(status) && /^CapEff:\t0+$/m.test(status),
    'the server has no privilege, and gets none',
  );
  check((await inside('touch /home/node/x')).status !== 0, 'its root file system is read-only');
}

/** That an image with wrong settings says what is wrong, in one line, and ends. */
export async function checkRefusal(image: string, settings: Record<string, string>, words: RegExp): Promise<void> {
  const variables = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const { status, output, errors } = await run([
    'docker',
    'run',
    '--rm',
    '--read-only',
    '--tmpfs',
    '/tmp',
    ...variables,
    image,
  ]);
  const isOneLine = (output + errors).trim().split('\n').length === 1 && words.test(errors);
  check(status === 1 && isOneLine, `with ${JSON.stringify(settings)} it says: ${(output + errors).trim()}`);
}
