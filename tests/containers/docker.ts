import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** How a command ended. */
export interface Outcome {
  status: number;
  output: string;
  errors: string;
}

/** Settings of the shell would win over those of `.env`. */
const SETTINGS = [
  'NEXTAUTH_SECRET',
  'POSTGRES_PASSWORD',
  'NEXTAUTH_URL',
  'HTTP_PORT',
  'STUDIO_PORT',
  'NODES',
  'ADMIN_EMAIL',
  'LOG_LEVEL',
];

/** Runs a command and waits for its end. */
export async function run(command: string[], env: NodeJS.ProcessEnv = process.env, cwd = ROOT): Promise<Outcome> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome = { status: -1, output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.errors += text));
  await once(child, 'close');
  return { ...outcome, status: child.exitCode ?? -1 };
}

/** Runs a command that must succeed. @throws Error with what it wrote */
export async function must(command: string[], env?: NodeJS.ProcessEnv, cwd?: string): Promise<string> {
  const { status, output, errors } = await run(command, env, cwd);
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}:\n${(output + errors).slice(-4_000)}`);
  return output.trim();
}

/** Whether the engine answers, within a few seconds. */
export function engineAnswers(): boolean {
  return spawnSync('docker', ['info'], { timeout: 10_000, stdio: 'ignore' }).status === 0;
}

/** `docker compose` where the plugin is installed, else the older `docker-compose`; undefined where there is neither. */
export function composeCommand(): string[] | undefined {
  const found = [['docker', 'compose'], ['docker-compose']].find(([program = '', ...args]) => {
    return spawnSync(program, [...args, 'version'], { stdio: 'ignore' }).status === 0;
  });
  return found;
}

/** A free port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** A clean clone of what is committed, started under a name of its own, so that nothing else on the machine is touched. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'beseda-compose-'));
  readonly #command: string[];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(compose: string[], files: string[], env: NodeJS.ProcessEnv) {
    this.#env = env;
    const name = `besedatest${randomBytes(3).toString('hex')}`;
    const chosen = [...files.flatMap((file) => ['-f', file])];
    this.#command = [...compose, '--project-name', name, '--project-directory', this.folder, ...chosen];
  }

  /**
   * Clones the repository and writes `.env`.
   *
   * @param compose the command
   * @param settings what an operator writes into `.env`
   * @param options `files` are the compose files; `shell` are variables of the shell, which win over `.env`; `network` is what the
   *   build uses, where the engine's own reaches no package registry
   */
  static async clone(
    compose: string[],
    settings: Record<string, string>,
    options: { files?: string[]; shell?: Record<string, string>; network?: string | undefined } = {},
  ): Promise<Project> {
    const { files = ['docker-compose.yml'], shell = {}, network } = options;
    const own = Object.fromEntries(SETTINGS.map((name) => [name, shell[name]]));
    const project = new Project(compose, network === undefined ? files : [...files, 'network.yml'], {
      ...process.env,
      ...own,
    });
    await must(['git', 'clone', '--quiet', ROOT, project.folder]);
    const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
    writeFileSync(join(project.folder, '.env'), lines.join(''));
    const build = `{ build: { context: ${project.folder}, network: ${network} } }`;
    if (network !== undefined)
      writeFileSync(join(project.folder, 'network.yml'), `services: { app: ${build}, studio: ${build} }\n`);
    return project;
  }

  /** Runs a compose command, which may fail. */
  try(...args: string[]): Promise<Outcome> {
    return run([...this.#command, ...args], this.#env, this.folder);
  }

  /** Runs a compose command. @throws Error with what it wrote when it fails */
  must(...args: string[]): Promise<string> {
    return must([...this.#command, ...args], this.#env, this.folder);
  }

  /** The ids of a service's containers, running or stopped. */
  async containers(service: string): Promise<string[]> {
    // The older docker-compose tells of stopped ones without being asked.
    const ids = await this.must('ps', '--all', '--quiet', service).catch(() => this.must('ps', '--quiet', service));
    return ids.split('\n').filter((id) => id !== '');
  }

  /** Removes the project: containers, volumes, network, the images that were built, and the clone. */
  async remove(): Promise<void> {
    await this.try('--profile', 'studio', 'down', '--volumes', '--rmi', 'local', '--remove-orphans');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
