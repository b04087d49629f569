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

/** Runs a command in the project's folder and waits for its end. */
export async function run(command: string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome = { status: -1, output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.errors += text));
  await once(child, 'close');
  return { ...outcome, status: child.exitCode ?? -1 };
}

/** Runs a command that must succeed. @throws Error with what it wrote */
export async function must(command: string[], env?: NodeJS.ProcessEnv): Promise<string> {
  const { status, output, errors } = await run(command, env);
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

/** The project's compose file under a name of its own, so that nothing else on the machine is touched. */
export class Project {
  readonly #command: string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'beseda-compose-'));
  readonly #env: NodeJS.ProcessEnv;

  /**
   * @param compose the command
   * @param settings what an operator writes into `.env`
   * @param network the network that the build uses, where the engine's own reaches no package registry
   */
  constructor(compose: string[], settings: Record<string, string>, network: string | undefined) {
    const envFile = join(this.#folder, '.env');
    writeFileSync(
      envFile,
      Object.entries(settings)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
    const files = ['-f', 'docker-compose.yml'];
    if (network !== undefined) {
      const extra = join(this.#folder, 'network.yml');
      writeFileSync(extra, `services: { app: { build: { context: ${ROOT}, network: ${network} } } }\n`);
      files.push('-f', extra);
    }
    // Settings of the shell would win over those of the file.
    const names = ['NEXTAUTH_SECRET', 'POSTGRES_PASSWORD', 'NEXTAUTH_URL', 'HTTP_PORT', 'ADMIN_EMAIL', 'LOG_LEVEL'];
    this.#env = { ...process.env, ...Object.fromEntries(names.map((name) => [name, undefined])) };
    const name = `besedatest${randomBytes(3).toString('hex')}`;
    this.#command = [...compose, '--env-file', envFile, '--project-name', name, ...files, '--project-directory', ROOT];
  }

  /** Runs a compose command, which may fail. */
  try(...args: string[]): Promise<Outcome> {
    return run([...this.#command, ...args], this.#env);
  }

  /** Runs a compose command. @throws Error with what it wrote when it fails */
  must(...args: string[]): Promise<string> {
    return must([...this.#command, ...args], this.#env);
  }

  /** The id of a service's container, running or stopped. */
  async container(service: string): Promise<string> {
    const ids = await this.must('ps', '--all', '--quiet', service).catch(() => this.must('ps', '--quiet', service));
    return ids.split('\n')[0] ?? '';
  }

  /** Removes the project: containers, volumes, network, and the image that was built. */
  async remove(): Promise<void> {
    await this.try('down', '--volumes', '--rmi', 'local', '--remove-orphans');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
