import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** How a tool ended. */
export interface Told {
  code: number | null;
  output: string;
  errors: string;
}

/** Runs one of the built tools, as the image does, with no settings but those given. */
export async function runTool(
  name: 'backup' | 'restore' | 'doctor',
  env: Record<string, string>,
  ...words: string[]
): Promise<Told> {
  const child = spawn(process.execPath, [join(ROOT, 'build', `${name}.mjs`), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'production', PATH: process.env.PATH, ...env },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, output, errors };
}
