// `npx tsx tests/containers/run.ts`: builds the image, starts the compose project for real, and talks through nginx.
// BUILD_NETWORK=host where the engine's own network reaches no package registry. Everything it makes it removes again.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodiesOf, converse, type Conversation } from '../harness/conversation';
import { composeCommand, engineAnswers, freePort, must, Project } from './docker';

const SECRETS = {
  NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
  // Every character that means something in a URL.
  POSTGRES_PASSWORD: 'p@ss/w:rd#1?%41&',
};
/** Milliseconds from `up` to an answer through nginx. */
const READY_WITHIN = 180_000;
/** Milliseconds that the server may take to end (its drain), and the engine with it. */
const STOP_WITHIN = 12_000;

const begun = Date.now();

function report(line: string): void {
  console.log(`${((Date.now() - begun) / 1_000).toFixed(1).padStart(7)} s  ${line}`);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Not so: ${what}`);
  report(`✓ ${what}`);
}

async function untilReady(base: string): Promise<number> {
  const start = Date.now();
  for (;;) {
    const status = await fetch(`${base}/api/health/ready`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return Date.now() - start;
    if (Date.now() - start > READY_WITHIN) throw new Error(`${base} is not ready: ${status}`);
    await sleep(100);
  }
}

async function checkKept(base: string, conversation: Conversation, when: string): Promise<void> {
  const bodies = await bodiesOf(base, conversation);
  check(bodies.join() === conversation.bodies.join(), `messages and session are kept ${when}`);
}

async function checkStop(container: string): Promise<void> {
  const start = Date.now();
  await must(['docker', 'stop', '--time', '20', container]);
  const taken = Date.now() - start;
  const code = await must(['docker', 'inspect', '--format', '{{.State.ExitCode}}', container]);
  check(code === '0' && taken < STOP_WITHIN, `SIGTERM: the server ended with code ${code} within ${taken} ms`);
}

async function checkMissingSecrets(compose: string[]): Promise<void> {
  for (const name of ['NEXTAUTH_SECRET', 'POSTGRES_PASSWORD'] as const) {
    const project = new Project(compose, { ...SECRETS, [name]: '' }, undefined);
    const { status, errors } = await project.try('config', '--quiet');
    await project.remove();
    const lines = errors.trim().split('\n');
    check(
      status !== 0 && lines.length === 1 && errors.includes(`${name} is missing; set it`),
      `without ${name}, one line says so`,
    );
  }
}

async function checkImage(image: string): Promise<void> {
  const inside = (script: string) => must(['docker', 'run', '--rm', '--entrypoint', 'sh', image, '-c', script]);
  const bytes = async (name: string) =>
    Number(await must(['docker', 'image', 'inspect', '--format', '{{.Size}}', name]));
  const own = (await bytes(image)) - (await bytes('node:24-bookworm-slim'));
  report(
    `image: ${Math.round((await bytes(image)) / 1e6)} MB, of which the application's own layers ${Math.round(own / 1e6)} MB`,
  );
  check((await inside('id -un')) === 'node', 'it runs as the user "node"');
  const unwanted =
    'cd /app && ls -d .env* .git data node_modules/typescript node_modules/esbuild node_modules/prisma 2>/dev/null || true';
  check((await inside(unwanted)) === '', 'it holds no secret and no build tool');
}

async function composeProject(compose: string[], network: string | undefined): Promise<void> {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const project = new Project(compose, { ...SECRETS, HTTP_PORT: String(port) }, network);
  try {
    await project.must('build');
    report('built');
    const started = Date.now();
    await project.must('up', '--detach');
    await untilReady(base);
    report(`ready through nginx ${((Date.now() - started) / 1_000).toFixed(1)} s after "up"`);
    const app = await project.container('app');
    const image = await must(['docker', 'inspect', '--format', '{{.Image}}', app]);
    await checkImage(image);

    const conversation = await converse(base);
    report('✓ a conversation over Socket.IO and plain WebSocket through nginx');
    await checkKept(base, conversation, 'while it runs');

    await checkStop(app);
    await must(['docker', 'start', app]);
    report(`ready ${await untilReady(base)} ms after the application was started again`);
    await project.must('up', '--detach', '--force-recreate', '--no-deps', 'app');
    report(`ready ${await untilReady(base)} ms after the application was replaced`);
    await checkKept(base, conversation, 'over a replaced application');

    await project.must('down');
    await project.must('up', '--detach');
    await untilReady(base);
    await checkKept(base, conversation, 'over "down" and "up"');
    await converse(base);
    await containerAlone(image);
  } catch (error) {
    console.error((await project.try('logs', '--tail=40')).output);
    throw error;
  } finally {
    await project.remove();
  }
}

/** The image by itself: the embedded database, in a volume; its root file system may be read-only. */
async function containerAlone(image: string): Promise<void> {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const name = `besedatest${randomBytes(3).toString('hex')}`;
  try {
    await must(
      [
        'docker',
        'run',
        '--detach',
        '--name',
        name,
        '--read-only',
        '--tmpfs',
        '/tmp',
        '--volume',
        `${name}:/data`,
      ].concat('--publish', `127.0.0.1:${port}:3000`, '--env', `NEXTAUTH_URL=${base}`, image),
    );
    report(`one container alone, read-only: ready after ${await untilReady(base)} ms`);
    const conversation = await converse(base);
    report('✓ a conversation with one container alone');
    await checkStop(name);
    await must(['docker', 'start', name]);
    await untilReady(base);
    await checkKept(base, conversation, 'over a restart of the one container');
  } catch (error) {
    console.error(await must(['docker', 'logs', '--tail', '40', name]).catch(String));
    throw error;
  } finally {
    await must(['docker', 'rm', '--force', name]).catch(() => undefined);
    await must(['docker', 'volume', 'rm', '--force', name]).catch(() => undefined);
  }
}

const compose = composeCommand();
if (!engineAnswers() || !compose) {
  console.error('No Docker engine with compose answers here: the containers are not tested.');
  process.exit(1);
}
try {
  await checkMissingSecrets(compose);
  await composeProject(compose, process.env.BUILD_NETWORK);
  report('all is well');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
