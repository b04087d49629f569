import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (...names: string[]) => Promise.all(names.map((name) => readFile(join(ROOT, name), 'utf8')));

/** What `docker-compose.yml` has nginx's container ask about itself, as a shell runs it. */
async function healthCheck(folder: string): Promise<string> {
  const [text = ''] = await read('docker-compose.yml');
  const [, found = ''] = /- CMD-SHELL\n +- >-\n([^]+?)\n +interval:/.exec(text) ?? [];
  expect(found).toContain('cd /run;');
  return found.replace('cd /run;', `cd ${folder};`);
}

describe('the health check of nginx in docker-compose.yml', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'beseda-health-'));
    await program('curl', 'true');
    await program('nginx', 'echo "$@" >>../run.log; [ ! -e ../broken ]');
    await program('getent', 'cat ../addresses');
    await write('run.log', '');
    await mkdir(join(folder, 'run'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  /** Something that stands in for a program of the container. */
  async function program(name: string, script: string): Promise<void> {
    await write(name, `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }

  /** @returns how often nginx was told so far to read its configuration again */
  async function reloads(addresses: string[]): Promise<number> {
    await write('addresses', addresses.map((each) => `${each} STREAM app\n${each} DGRAM\n`).join(''));
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    await promisify(execFile)('sh', ['-c', await healthCheck(join(folder, 'run'))], { env });
    const log = await readFile(join(folder, 'run.log'), 'utf8');
    return log.split('\n').filter((line) => line === '-s reload').length;
  }

  it('has it read the nodes’ addresses again once after its start, and whenever they have changed', async () => {
    // What it found when it started may have been one of three: the others were not there yet.
    expect(await reloads(['10.0.0.2', '10.0.0.3', '10.0.0.4'])).toBe(1);
    // Docker shuffles them.
    expect(await reloads(['10.0.0.3', '10.0.0.4', '10.0.0.2'])).toBe(1);
    expect(await reloads(['10.0.0.3', '10.0.0.5', '10.0.0.2'])).toBe(2);
    expect(await reloads(['10.0.0.3', '10.0.0.5', '10.0.0.2'])).toBe(2);
  });

  it('leaves it alone while no node is known, and tries again after it could not', async () => {
    expect(await reloads([])).toBe(0);
    await write('broken', '');
    expect(await reloads(['10.0.0.2'])).toBe(1);
    await rm(join(folder, 'broken'));
    expect(await reloads(['10.0.0.2'])).toBe(2);
    expect(await reloads([])).toBe(2);
    expect(await reloads(['10.0.0.2'])).toBe(2);
  });
});

describe('the settings of docker-compose.yml', () => {
  const FILES = ['docker-compose.yml', 'docker-compose.tls.yml', 'docker-compose.nodes.yml'];
  /** Compose's own. */
  const ITS_OWN = 'COMPOSE_FILE';
  /** Given by the image, or by docker-compose.yml itself. */
  const FIXED = new Set(['PORT', 'HOST', 'DATA_DIR', 'DATABASE_URL', 'TRUST_PROXY', 'REDIS_URL', 'METRICS_HOST']);
  const OPENID = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_NAME'];

  /** The variables in the first column of the table under "## Settings". */
  function table(text: string): Set<string> {
    const [, section = ''] = /\n## Settings\n([^]+?)\n## /.exec(text) ?? [];
    const cells = section.split('\n').flatMap((line) => /^\| (`.+?)\|/.exec(line)?.[1] ?? []);
    const names = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+\*?)`/g)].map(([, name = '']) => name));
    return new Set(names.flatMap((name) => (name === 'OIDC_*' ? OPENID : [name])));
  }

  it('are those that docs/deploy.md and .env.example list', async () => {
    const texts = await read(...FILES);
    const taken = texts.flatMap((text) => [...text.matchAll(/[^$]\$\{([A-Z_]+)[:}]/g)].map(([, name = '']) => name));
    const [deploy = '', example = ''] = await read('docs/deploy.md', '.env.example');
    const all = [...new Set([...taken, ITS_OWN])].sort();
    expect([...table(deploy)].sort()).toEqual(all);
    expect([...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name).sort()).toEqual(all);
  });

  it('are all that the service takes', async () => {
    const [compose = '', readme = ''] = await read('docker-compose.yml', 'README.md');
    const wanted = [...table(readme)].filter((name) => !FIXED.has(name));
    expect(wanted.filter((name) => !compose.includes(`      ${name}: \${${name}`))).toEqual([]);
  });
});

it('nginx listens over IPv6 too, as docs/deploy.md has it written without containers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'beseda-nginx-'));
  try {
    const [text = ''] = await read('docs/deploy.md');
    const [, commands = ''] = /\n(mkdir -p \/etc\/nginx[^]+?)openssl req/.exec(text) ?? [];
    const script = commands.replaceAll(/(?<=[ >])\/(?=etc|var)/g, `${folder}/`);
    await promisify(execFile)('sh', ['-ec', script], { cwd: ROOT });
    const written = ['nginx.conf', 'server.d/tls.conf'].map((name) =>
      readFile(join(folder, 'etc/nginx', name), 'utf8'),
    );
    const listens = (await Promise.all(written)).map((each) =>
      [...each.matchAll(/listen (\S+) .*?;/g)].map(([, at]) => at),
    );
    expect(listens).toEqual([
      ['80', '[::]:80'],
      ['443', '[::]:443'],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
