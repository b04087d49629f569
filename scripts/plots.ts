// `npx tsx scripts/plots.ts FILE…`: draws docs/plots/*.svg from what `npm run bench -- … --json FILE` wrote.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFigures } from '../bench/plots/figures';
import { renderSvg } from '../bench/plots/render';
import { plotsOf } from '../bench/plots/specs';

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('Name the files that npm run bench -- … --json FILE wrote.\n');
  process.exit(1);
}
const folder = join(import.meta.dirname, '../docs/plots');
await mkdir(folder, { recursive: true });
const figures = readFigures(await Promise.all(files.map((file) => readFile(file, 'utf8'))));
for (const [name, spec] of Object.entries(plotsOf(figures))) {
  const file = join(folder, `${name}.svg`);
  await writeFile(file, await renderSvg(spec));
  process.stdout.write(`${file}\n`);
}
