import type { Findings } from './findings';
import type { Case, Kind } from './kind';
import { randomOf } from './random';
import type { Watch } from './watch';
import type { World } from './world';

/** Cases that one attacker's account lasts: some sign it out, and some will do worse to it. */
const BATCH = 25;

/** What came of one kind. */
export interface Tally {
  kind: string;
  cases: number;
  /** answers by class */
  answers: Map<string, number>;
  seconds: number;
  /** whether there was no time for all cases */
  cut: boolean;
}

interface Attack {
  kind: Kind;
  world: World;
  findings: Findings;
  seed: number;
  /** the cases' numbers: all, or the one to replay */
  indexes: readonly number[];
  /** milliseconds after which no more cases begin */
  timeout: number;
  /** the cases under way, for whoever sees the server suffer */
  underWay: Set<string>;
  watch: Watch;
  /** ends it early */
  signal: AbortSignal;
}

function batchesOf(indexes: readonly number[]): number[][] {
  const batches: number[][] = [];
  for (let from = 0; from < indexes.length; from += BATCH) batches.push(indexes.slice(from, from + BATCH));
  return batches;
}

/** Runs the cases of a kind, a few at a time. */
export async function attack({
  kind,
  world,
  findings,
  seed,
  indexes,
  timeout,
  underWay,
  watch,
  signal,
}: Attack): Promise<Tally> {
  const begun = performance.now();
  const tally: Tally = { kind: kind.name, cases: 0, answers: new Map(), seconds: 0, cut: false };
  const batches = batchesOf(indexes);

  const runCase = async (index: number, attacker: Case['attacker']) => {
    const name = `${kind.name} ${index}`;
    underWay.add(name);
    const one: Case = {
      index,
      seed,
      random: randomOf(seed, kind.name, index),
      world,
      attacker,
      count: (answer) => void tally.answers.set(answer, (tally.answers.get(answer) ?? 0) + 1),
      found: (what, evidence) => findings.ofCase(kind.name, index, what, evidence),
    };
    try {
      await kind.run(one);
    } catch (error) {
      one.found('the case failed', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    tally.cases++;
    underWay.delete(name);
  };

  const work = async () => {
    for (let batch = batches.shift(); batch && !watch.dead; batch = batches.shift()) {
      await world.prepare();
      const attacker = await world.person();
      for (const index of batch) {
        if (signal.aborted || performance.now() - begun > timeout) {
          tally.cut = true;
          return;
        }
        await runCase(index, attacker);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(kind.atOnce, batches.length) }, work));
  tally.seconds = (performance.now() - begun) / 1_000;
  return tally;
}
