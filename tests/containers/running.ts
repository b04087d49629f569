import { randomBytes } from 'node:crypto';
import { bodiesOf, converse, type Conversation } from '../harness/conversation';
import { check, checkKept, inspect, report, until, untilHealthy, untilReady } from './checks';
import { freePort, must, Project } from './docker';

/** What an operator has to write into `.env`. */
export const SECRETS = {
  NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
  // Every character that means something in a URL.
  POSTGRES_PASSWORD: 'p@ss/w:rd#1?%41&',
};
/** Milliseconds from `up` until every container is healthy. */
const HEALTHY_WITHIN = 60_000;
/** The network that builds use, where the engine's own reaches no package registry. */
export const NETWORK = process.env.BUILD_NETWORK;

/** A project that runs, and how to talk to it. */
export interface Running {
  project: Project;
  base: string;
  services: string[];
}

/** Builds and starts a project, does something with it, and removes it. */
export async function withProject(
  compose: string[],
  files: string[],
  services: string[],
  use: (running: Running) => Promise<void>,
): Promise<void> {
  const ports = { HTTP_PORT: String(await freePort()), STUDIO_PORT: String(await freePort()) };
  const project = await Project.clone(compose, SECRETS, { files, shell: ports, network: NETWORK });
  const base = `http://localhost:${ports.HTTP_PORT}`;
  try {
    await project.must('build', 'app');
    report('built');
    const started = Date.now();
    await project.must('up', '--detach');
    await untilReady(base);
    report(`answers through nginx ${((Date.now() - started) / 1_000).toFixed(1)} s after "up"`);
    await untilHealthy((await Promise.all(services.map((service) => project.containers(service)))).flat());
    const taken = Date.now() - started;
    check(taken < HEALTHY_WITHIN, `every container is healthy ${(taken / 1_000).toFixed(1)} s after "up"`);
    await use({ project, base, services });
  } catch (error) {
    console.error((await project.try('logs', '--tail=40')).output);
    throw error;
  } finally {
    await project.remove();
  }
}

/** Whether people, who look at pages, are told that it is a matter of moments. */
async function awayPage(base: string): Promise<boolean> {
  const answer = await fetch(`${base}/user`, { headers: { accept: 'text/html' } });
  return answer.status === 502 && (await answer.text()).includes('Back in a moment');
}

/** Ends each container in turn, as a crash does and as `docker kill` does. */
export async function killEach({ project, base, services }: Running, conversation: Conversation): Promise<void> {
  const talk = async (when: string) => {
    await untilReady(base);
    await until(`a conversation ${when}`, () =>
      bodiesOf(base, conversation).then(
        () => true,
        () => false,
      ),
    );
    await checkKept(base, conversation, when);
    await converse(base);
    report(`✓ a conversation ${when}`);
  };
  for (const service of services) {
    const [container = ''] = await project.containers(service);
    if (process.getuid?.() === 0) {
      process.kill(Number(await inspect(container, '{{.State.Pid}}')), 'SIGKILL');
      const begun = Date.now();
      await until(`${service} is started again`, async () => (await inspect(container, '{{.RestartCount}}')) !== '0');
      await untilReady(base);
      report(`${service} crashed, and the service was back by itself after ${Date.now() - begun} ms`);
      await talk(`after a crash of ${service}`);
    }
    // The engine takes this for the operator's wish, and starts nothing again.
    await must(['docker', 'kill', container]);
    const isOnly = services.length === 3;
    if (service === 'app' && isOnly)
      check(await awayPage(base), 'without the application nginx shows a page that says so');
    if (service === 'db') {
      const status = async () => (await fetch(`${base}/api/health/ready`)).status;
      await until('the service says that it is not ready', async () => (await status()) === 503);
      report('✓ without the database the service says that it is not ready');
    }
    await project.must('up', '--detach');
    await talk(`after "docker kill" of ${service} and "up"`);
  }
}
