import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '@/lib/log';
import { buildAll, isFresh } from '../../scripts/build.mjs';
import { FAULTS } from './faults/all';
import { planOf } from './plan';
import type { Population } from './population';
import { mountSmallDisk } from './small-disk';
import { runStage } from './stage';
import { Tally } from './tally';
import { World, type WorldKind } from './world';
import { formatReport, type Report } from './report';

/** What a run of faults is asked for. */
export interface ChaosOptions {
  /** `nodes`: what happens to several nodes alone, at full length */
  length: 'quick' | 'full' | 'nodes';
  seed: number;
  /** names of faults; undefined for all */
  only: readonly string[] | undefined;
  /** whether each fault is told as it happens */
  verbose: boolean;
  signal: AbortSignal;
}

const POPULATIONS: Record<ChaosOptions['length'], Population> = {
  quick: { rooms: 6, writers: 24, watchers: 30, outsiders: 1, rate: 150 },
  full: { rooms: 8, writers: 36, watchers: 40, outsiders: 2, rate: 400 },
  // Three hundred clients, with those of the harness itself.
  nodes: { rooms: 8, writers: 108, watchers: 180, outsiders: 2, rate: 200 },
};
const KINDS = ['given', 'embedded', 'small disk', 'nodes'] as const satisfies WorldKind[];
/** What a run has to have seen before its noughts mean something. */
const GOALS = {
  quick: { acknowledged: 2_000, faults: 40 },
  full: { acknowledged: 200_000, faults: 300 },
  nodes: { acknowledged: 20_000, faults: 40 },
};
const SOME = { acknowledged: 1, faults: 1 };
/** Faults between two comparisons of everything. */
const CHECK_EVERY = 50;
/** Milliseconds between two lines that tell how far it is. */
const TELL_EVERY = 15_000;
/** A log that does not take the whole of a small disk. */
const SMALL_LOG = { max_wal_size: '64MB', min_wal_size: '32MB' };

function teller(verbose: boolean): (line: string) => void {
  let told = performance.now();
  return (line) => {
    if (!verbose && performance.now() - told < TELL_EVERY) return;
    told = performance.now();
    process.stdout.write(`${line}\n`);
  };
}

async function runWorld(kind: WorldKind, tally: Tally, folder: string, options: ChaosOptions): Promise<void> {
  const { seed, only, signal } = options;
  if (options.length === 'nodes' && kind !== 'nodes') return;
  const length = options.length === 'quick' ? 'quick' : 'full';
  const plan = planOf(kind, { seed, length, only }).filter(({ fault }) => !tally.impossible.has(fault.name));
  if (plan.length === 0 || signal.aborted) return;
  const disk = kind === 'small disk' ? await mountSmallDisk() : undefined;
  try {
    const world = await World.open({
      kind,
      seed,
      population: POPULATIONS[options.length],
      length,
      folder: join(folder, kind.replace(' ', '-')),
      ...(disk && { dataDir: disk.path, settings: SMALL_LOG }),
    });
    try {
      await runStage(world, plan, tally.faults, { checkEvery: CHECK_EVERY, signal, say: teller(options.verbose) });
    } finally {
      await world.close();
      tally.take(world);
    }
  } finally {
    await disk?.remove();
  }
}

/**
 * Lets everything of a plan happen, in each world one after the other, and prints what was found.
 *
 * @returns the table
 */
export async function runChaos(options: ChaosOptions): Promise<Report> {
  log.level = 'silent';
  if (!process.env.TEST_SKIP_BUILD && !isFresh()) await buildAll();
  const folder = await mkdtemp(join(tmpdir(), 'beseda-chaos-'));
  process.stdout.write(`The servers’ logs are kept in ${folder}, unless all goes well\n`);
  const tally = new Tally();
  for (const fault of FAULTS) {
    const why = (options.only?.includes(fault.name) ?? true) ? await fault.impossible?.() : undefined;
    if (why !== undefined) tally.impossible.set(fault.name, `${fault.title}: ${why}`);
  }
  const begun = performance.now();
  for (const kind of KINDS) await runWorld(kind, tally, folder, options);
  const report = tally.report(
    `Faults, ${options.length}, seed ${options.seed}`,
    performance.now() - begun,
    options.only ? SOME : GOALS[options.length],
  );
  for (const line of tally.details()) process.stdout.write(`${line}\n`);
  process.stdout.write(`\n${formatReport(report)}\n\n`);
  if (report.good && !options.signal.aborted) await rm(folder, { recursive: true, force: true });
  else process.stdout.write(`The servers’ logs: ${folder}\n`);
  return report;
}
