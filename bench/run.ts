import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { createDataDir } from '../tests/harness/data-dir';
import { buildAll, isFresh } from '../scripts/build.mjs';
import { measureHttp } from './http/measure';
import { measureGrowth } from './growth/measure';
import { readOptions } from './options';
import { measurePageLoad } from './page-load';
import { startService } from './service';
import { measureBadNeighbours, measureManyConnections, measureMessages, measureSeveralNodes } from './side-by-side';
import { measureForgotTiming, measureSignInTiming, openPostOffice } from './sign-in-timing';
import { measureSignIns } from './sign-ins';
import { measureSlowConnections } from './slow-connections';
import { table } from './statistics';
import { describe, measureTwoBrowsers } from './two-browsers';

/*
 * npm run bench [-- start|first-load|page-load|two-browsers|sign-ins|sign-in-timing|forgot-timing|slow-connections|messages|connections|http|neighbours|nodes|growth …]
 * Measures the service as `npm start` runs it, with its own database on an empty data folder. Without names: everything.
 * `messages`, `connections` and `http` put it side by side with small servers that do less: --rounds N, --seconds S, --only SCENARIO (cost,
 * room, latency, pages, rooms, overload; more than once for several), --subject PART_OF_NAME (likewise), --quick, --json FILE.
 * `neighbours` and `nodes` take these but for --only, `growth` those but for --seconds and --subject; its scenarios are history, all-rooms, own-rooms, members.
 */

const ROOT = join(import.meta.dirname, '..');

function say(text: string): void {
  process.stdout.write(`${text}\n\n`);
}

function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${release()}, Node ${process.version}`;
}

async function measureStart(): Promise<void> {
  const { path, remove } = await createDataDir();
  try {
    const rows: (string | number)[][] = [];
    for (const name of ['first, on an empty folder', 'second', 'third']) {
      const service = await startService(path);
      rows.push([name, service.readyAfter / 1_000]);
      await service.stop();
    }
    say(`Start until ready, in s\n${table(['', 's'], rows)}`);
  } finally {
    await remove();
  }
}

async function withService(use: (url: string) => Promise<void>, settings?: Record<string, string>): Promise<void> {
  const { path, remove } = await createDataDir();
  const service = await startService(path, settings);
  try {
    await use(service.url);
  } finally {
    await service.stop();
    await remove();
  }
}

const MEASUREMENTS: Record<string, () => Promise<void>> = {
  start: measureStart,
  'first-load': () =>
    withService((url) => {
      const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
      const { stdout, stderr } = spawnSync(process.execPath, [tsx, join(ROOT, 'scripts/first-load.ts'), url], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      say(`JavaScript of a room’s first load\n${stdout.trimEnd()}${stderr}`);
      return Promise.resolve();
    }),
  'page-load': () =>
    withService(async (url) => {
      say(await measurePageLoad(url));
    }),
  'two-browsers': () =>
    withService(async (url) => {
      say(describe(await measureTwoBrowsers(url)));
    }),
  'sign-ins': () => withService(async (url) => say(await measureSignIns(url)), { RATE_LIMITS: 'off' }),
  // The cheapest hashing that gives no warning: what hashing takes hides what else is different.
  'sign-in-timing': () =>
    withService(async (url) => say(await measureSignInTiming(url)), { RATE_LIMITS: 'off', BCRYPT_COST: '10' }),
  'forgot-timing': async () => {
    const postOffice = await openPostOffice();
    const settings = { RATE_LIMITS: 'off', SMTP_URL: postOffice.url, MAIL_FROM: 'beseda@example.org' };
    await withService(async (url) => say(await measureForgotTiming(url)), settings);
    postOffice.close();
  },
  'slow-connections': () => withService(async (url) => say(await measureSlowConnections(url))),
  messages: async () => say(await measureMessages(options)),
  connections: async () => say(await measureManyConnections(options)),
  http: async () => say(await measureHttp(options)),
  neighbours: async () => say(await measureBadNeighbours(options)),
  nodes: async () => say(await measureSeveralNodes(options)),
  growth: async () => say(await measureGrowth(options)),
};

/** @returns what was asked for; ends the process in one line where that cannot be */
function readCommandLine(): ReturnType<typeof readOptions> {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

// In haste too: what was started is ended with the process.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
const { names: asked, options } = readCommandLine();
const unknown = asked.find((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown !== undefined) {
  process.stderr.write(`There is no measurement "${unknown}": choose from ${Object.keys(MEASUREMENTS).join(', ')}.\n`);
  process.exit(1);
}
if (!isFresh()) await buildAll();
say(machine());
for (const [name, measure] of Object.entries(MEASUREMENTS))
  if (asked.length === 0 || asked.includes(name)) await measure();
