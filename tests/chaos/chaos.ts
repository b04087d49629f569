import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '@/lib/log';
import { buildAll, isFresh } from '../../scripts/build.mjs';
import { KINDS, Violations } from './checker/violations';
import { FAULTS } from './faults/all';
import type { Options } from './options';
import { planOf } from './plan';
import type { Population } from './population';
import { formatReport, reportOf, type Row } from './report';
import { runStage, type FaultRecord } from './stage';
import { World, type WorldKind } from './world';

const POPULATIONS: Record<'quick' | 'full', Population> = {
  quick: { rooms: 6, writers: 24, watchers: 30, outsiders: 1, rate: 150 },
  full: { rooms: 8, writers: 36, watchers: 40, outsiders: 2, rate: 300 },
};
/** Milliseconds between two lines that tell how far it is. */
const TELL_EVERY = 15_000;

interface Totals {
  acknowledged: number;
  refusals: number;
  deaths: number;
  violations: Violations;
  oddities: Map<string, number>;
  complaints: Map<string, number>;
}

function add(into: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [words, count] of from) into.set(words, (into.get(words) ?? 0) + count);
}

const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`;

function faultRows(records: Map<string, FaultRecord>): Row[] {
  return [...records.values()].map(({ title, back, failures }) => {
    const sorted = back.toSorted((a, b) => a - b);
    return {
      measure: `${back.length} × ${title}`,
      goal: 'back within 10 s',
      figure: `median ${seconds(sorted[Math.floor(sorted.length / 2)] ?? 0)}, slowest ${seconds(sorted.at(-1) ?? 0)}`,
      good: failures.length === 0 && back.length > 0,
    };
  });
}

const list = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([words, count]) => `${count} × ${words}`).join('; ') || 'none';

function totalRows(totals: Totals, faults: number): Row[] {
  return [
    { measure: 'acknowledged messages', goal: '', figure: String(totals.acknowledged) },
    { measure: 'faults', goal: '', figure: String(faults) },
    ...KINDS.map((kind) => ({
      measure: kind,
      goal: '0',
      figure: String(totals.violations.count(kind)),
      good: totals.violations.count(kind) === 0,
    })),
    { measure: 'attempts of removed members that were refused', goal: '', figure: String(totals.refusals) },
    {
      measure: 'answers nobody should get',
      goal: 'none',
      figure: list(totals.oddities),
      good: totals.oddities.size === 0,
    },
    { measure: 'processes that ended unasked', goal: '0', figure: String(totals.deaths), good: totals.deaths === 0 },
    { measure: 'errors in the log', goal: '', figure: list(totals.complaints) },
  ];
}

/** Runs what the command line asks for, and prints the table. @returns whether all is well */
export async function runChaos(options: Options): Promise<boolean> {
  const { mode, seed } = options;
  const replay = `npm run chaos -- --${mode} --seed ${seed}${options.only ? ` --only ${options.only.join(',')}` : ''}`;
  process.stdout.write(`Seed ${seed}: ${replay}\n`);
  log.level = 'silent';
  if (!process.env.TEST_SKIP_BUILD && !isFresh()) await buildAll();
  const length = mode === 'full' ? 'full' : 'quick';
  const folder = await mkdtemp(join(tmpdir(), 'beseda-chaos-'));
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => abort.abort());
  const records = new Map<string, FaultRecord>();
  const totals: Totals = {
    acknowledged: 0,
    refusals: 0,
    deaths: 0,
    violations: new Violations(),
    oddities: new Map(),
    complaints: new Map(),
  };
  let told = 0;
  const say = (line: string) => {
    if (!options.verbose && performance.now() - told < TELL_EVERY) return;
    told = performance.now();
    process.stdout.write(`${line}\n`);
  };
  const begun = performance.now();
  for (const kind of ['given', 'embedded'] as const satisfies WorldKind[]) {
    const plan = planOf(kind, { seed, length, only: options.only });
    if (plan.length === 0 || abort.signal.aborted) continue;
    const world = await World.open({ kind, seed, population: POPULATIONS[length], folder: join(folder, kind) });
    try {
      await runStage(world, plan, records, { checkEvery: 40, signal: abort.signal, say });
    } finally {
      await world.close();
    }
    totals.acknowledged += world.scene.ledger.acknowledged;
    totals.refusals += world.cast.outsiders.reduce((sum, outsider) => sum + outsider.refusals, 0);
    totals.deaths += world.service.deaths;
    totals.violations.merge(world.scene.violations);
    add(totals.oddities, world.scene.oddities);
    add(totals.complaints, world.service.complaints);
  }
  const faults = [...records.values()].reduce((sum, { back }) => sum + back.length, 0);
  const rows = [...totalRows(totals, faults), ...faultRows(records)];
  const report = reportOf(`Chaos, ${length}, seed ${seed}, ${seconds(performance.now() - begun)}`, rows);
  for (const kind of totals.violations.kinds) {
    for (const example of totals.violations.examples(kind)) process.stdout.write(`${kind}: ${example}\n`);
  }
  for (const { title, failures } of records.values()) {
    for (const failure of failures.slice(0, 5)) process.stdout.write(`${title}: ${failure}\n`);
  }
  const good = report.good && !abort.signal.aborted;
  process.stdout.write(`\n${formatReport(report)}\n\n`);
  if (good) await rm(folder, { recursive: true, force: true });
  else process.stdout.write(`The servers’ logs are in ${folder}\n`);
  process.stdout.write(`${good ? 'Good' : 'BROKEN'}: ${replay}\n`);
  return good;
}

/** Names that `--only` takes. */
export const FAULT_NAMES = FAULTS.map(({ name }) => name);
