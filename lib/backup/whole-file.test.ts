import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { writeWholeGzip } from './whole-file';

async function* once(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}

it('of many who write one file at once, one does, and the others hear of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'beseda-whole-file-'));
  try {
    const path = join(folder, 'one.gz');
    const texts = Array.from({ length: 8 }, (_, at) => `number ${at}`);
    const outcomes = await Promise.allSettled(texts.map((text) => writeWholeGzip(path, once(text))));
    const winners = texts.filter((_, at) => outcomes[at]?.status === 'fulfilled');
    expect(winners).toEqual([gunzipSync(await readFile(path)).toString()]);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/one\.gz exists already/);
    expect(await readdir(folder)).toEqual(['one.gz']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
