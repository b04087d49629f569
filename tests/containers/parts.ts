import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { converse } from '../harness/conversation';
import { backup } from './backup';
import { check, checkHardened, checkImage, checkKept, checkRefusal, checkStop } from './checks';
import { inspect, report, until, untilHealthy, untilReady } from './checks';
import { freePort, must, Project } from './docker';
import { browseStudio, journey } from './journey';
import { killEach, NETWORK, SECRETS, withProject, type Running } from './running';

/** A required secret that is missing. */
async function missingSecrets(compose: string[]): Promise<void> {
  for (const name of ['NEXTAUTH_SECRET', 'POSTGRES_PASSWORD'] as const) {
    const project = await Project.clone(compose, { ...SECRETS, [name]: '' });
    const { status, errors } = await project.try('config', '--quiet');
    await project.remove();
    const lines = errors.trim().split('\n');
    const said = lines.length === 1 && errors.includes(`${name} is missing; set it`);
    check(status !== 0 && said, `without ${name}, one line says so`);
  }
}

/** The plain deployment: one node. */
async function one(compose: string[]): Promise<void> {
  await withProject(compose, ['docker-compose.yml'], ['app', 'db', 'nginx'], async (running) => {
    const { project, base } = running;
    const [app = ''] = await project.containers('app');
    await checkImage(await inspect(app, '{{.Image}}'));
    await checkHardened(app);
    for (const service of ['app', 'db']) {
      const [container = ''] = await project.containers(service);
      check((await must(['docker', 'port', container])) === '', `${service} is not published`);
    }
    const conversation = await converse(base);
    report('✓ a conversation over Socket.IO and plain WebSocket through nginx');
    await journey(base);
    report('✓ two browsers register, make a room and talk through nginx');

    await checkStop(app);
    await must(['docker', 'start', app]);
    report(`ready ${await untilReady(base)} ms after the application was started again`);
    await project.must('up', '--detach', '--force-recreate', '--no-deps', 'app');
    report(`ready ${await untilReady(base)} ms after the application was replaced`);
    await checkKept(base, conversation, 'over a replaced application');
    await killEach(running, conversation);

    await project.must('down');
    await project.must('up', '--detach');
    await untilReady(base);
    await checkKept(base, conversation, 'over "down" and "up"');
    await converse(base);
    const studio = `http://${await publishStudio(project)}`;
    await browseStudio(studio);
    report('✓ Prisma Studio shows the tables');
  });
}

/** @returns where Studio is published */
async function publishStudio(project: Project): Promise<string> {
  await project.must('--profile', 'studio', 'up', '--detach', '--build', '--no-deps', 'studio');
  const [container = ''] = await project.containers('studio');
  const published = await must(['docker', 'port', container]);
  check(/^(\d+)\/tcp -> 127\.0\.0\.1:\1$/.test(published), 'Prisma Studio is published on loopback alone');
  const address = published.split(' -> ')[1] ?? '';
  await until('Studio answers', () =>
    fetch(`http://${address}/`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return address;
}

/** The upgrade of docs/deploy.md: new nodes beside the old ones, which then go. Meanwhile somebody asks all the time, and is answered. */
async function replaceNodes({ project, base }: Running): Promise<void> {
  const refused: number[] = [];
  const asking = setInterval(() => {
    fetch(`${base}/api/v1/me`).then(
      ({ status }) => status !== 401 && refused.push(status),
      () => refused.push(0),
    );
  }, 100);
  const old = await project.containers('app');
  await project.must('up', '--detach', '--no-deps', '--no-recreate', '--scale', `app=${2 * old.length}`, 'app');
  await untilHealthy(await project.containers('app'));
  await sleep(10_000);
  for (const node of old) {
    await must(['docker', 'stop', '--time', '20', node]);
    await must(['docker', 'rm', node]);
    await sleep(10_000);
  }
  clearInterval(asking);
  check((await project.containers('app')).length === old.length, 'every node is replaced');
  check(refused.length === 0, `every request was answered meanwhile (${refused.join(' ')})`);
}

/** Three nodes over Redis. */
async function nodes(compose: string[]): Promise<void> {
  const files = ['docker-compose.yml', 'docker-compose.nodes.yml'];
  await withProject(compose, files, ['app', 'db', 'nginx', 'redis'], async (running) => {
    const { project, base } = running;
    check((await project.containers('app')).length === 3, 'three nodes');
    const conversation = await converse(base);
    for (let time = 0; time < 5; time++) await converse(base);
    report('✓ conversations over Socket.IO and plain WebSocket, whichever node each is on');
    await journey(base);
    report('✓ two browsers register, make a room and talk through nginx');
    await killEach(running, conversation);
    await replaceNodes(running);
    await checkKept(base, conversation, 'over replaced nodes');
    await converse(base);
  });
}

/** The image by itself: the embedded database, in a volume; and what it says to wrong settings. */
async function alone(compose: string[]): Promise<void> {
  const project = await Project.clone(compose, SECRETS, { network: NETWORK });
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const name = `besedatest${randomBytes(3).toString('hex')}`;
  try {
    const net = NETWORK === undefined ? [] : ['--network', NETWORK];
    await must(['docker', 'build', '--quiet', ...net, '--tag', name, project.folder]);
    const hardened = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
    await must(
      ['docker', 'run', '--detach', '--name', name, ...hardened, '--volume', `${name}:/data`].concat([
        '--publish',
        `127.0.0.1:${port}:3000`,
        '--env',
        `NEXTAUTH_URL=${base}`,
        name,
      ]),
    );
    report(`one container alone, read-only: ready after ${await untilReady(base)} ms`);
    const conversation = await converse(base);
    report('✓ a conversation with one container alone');
    await checkStop(name);
    await must(['docker', 'start', name]);
    await untilReady(base);
    await checkKept(base, conversation, 'over a restart of the one container');
    const address = { NEXTAUTH_URL: 'http://localhost' };
    await checkRefusal(name, {}, /NEXTAUTH_URL must be set to the public address/);
    await checkRefusal(name, { NEXTAUTH_URL: 'chat.example.org' }, /NEXTAUTH_URL must be a URL such as/);
    await checkRefusal(name, { ...address, NEXTAUTH_SECRET: 'short' }, /NEXTAUTH_SECRET must have at least 16/);
    await checkRefusal(name, { ...address, DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x' }, /cannot be reached/);
  } catch (error) {
    console.error(await must(['docker', 'logs', '--tail', '40', name]).catch(String));
    throw error;
  } finally {
    await must(['docker', 'rm', '--force', name]).catch(() => undefined);
    await must(['docker', 'volume', 'rm', '--force', name]).catch(() => undefined);
    await must(['docker', 'image', 'rm', '--force', name]).catch(() => undefined);
    await project.remove();
  }
}

/** Each part by its name. */
export const PARTS: Record<string, (compose: string[]) => Promise<void>> = {
  secrets: missingSecrets,
  one,
  alone,
  nodes,
  backup,
};
