import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tarEnd, tarEntry, type Entry } from './tar';
import { unpack } from './unpack';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'beseda-unpack-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function refusal(bytes: Buffer): Promise<unknown> {
  const path = join(folder, 'archive.tar.gz');
  await writeFile(path, gzipSync(bytes));
  const file = await open(path);
  try {
    return await unpack(file).catch((error: unknown) => String(error));
  } finally {
    await file.close();
  }
}

const archive = (...entries: Entry[]) =>
  Buffer.concat([...entries.flatMap((entry) => tarEntry(entry, new Date())), tarEnd()]);

it('an archive with a file that is none of ours is refused at its name', async () => {
  // Cut within the file: whoever reads it first does not get to its name's refusal.
  const whole = archive({ name: 'bomb', content: Buffer.alloc(1e6) });
  expect(await refusal(whole.subarray(0, 1024))).toMatch(/no backup of Beseda: it holds "bomb"/);
});

it('what says of itself that it is far larger than ours ever are is not read into memory', async () => {
  expect(await refusal(archive({ name: 'manifest.json', content: Buffer.alloc(2 ** 24 + 1) }))).toMatch(
    /truncated or damaged/,
  );
  expect(await refusal(archive({ name: 'manifest.json', content: Buffer.alloc(2 ** 24) }))).toMatch(/no backup/);
});

it('a file that says it is shorter than nothing is refused', async () => {
  const whole = archive({ name: 'manifest.json', content: Buffer.alloc(512) });
  // Taken for a number, it would leave just the archive's end.
  whole.write('-0000002000\0', 124, 'latin1');
  whole.fill(' ', 148, 156);
  const sum = whole.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  whole.write(`${sum.toString(8).padStart(6, '0')}\0`, 148, 'latin1');
  expect(await refusal(whole)).toMatch(/truncated or damaged/);
});
