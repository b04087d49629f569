import { reportOf, type Report, type ScenarioOptions } from '../report';
import { clientsOf } from './crowd';
import { Generators, type LoadReport } from './generators';
import { layGround, type Ground } from './ground';
import { megabytes, seconds, sleep } from './words';

const SIZE = { rooms: 20, perRoom: 50 };
const STALLED = 100;
/** Messages a second of all together, and their characters: a stalled reader misses ten kilobytes a second. */
const TRAFFIC = { perSecond: 60, characters: 3_500 };
/** Milliseconds: design goals for stalled readers. */
const GOAL = { letGo: 30_000, rss: 100 * 2 ** 20, caughtUp: 30_000 };
/** Milliseconds of each of the two runs that are compared. */
const WINDOW = { full: 60_000, quick: 35_000 };
const WARM_UP = 5_000;
/** Milliseconds after which nobody is waited for any more. */
const PATIENCE = 120_000;
const GENERATORS = 2;

interface Run {
  report: LoadReport;
  /** bytes of resident memory at most */
  rss: number;
  /** milliseconds until only `others` connections were left; infinite where they were not */
  letGo: number;
}

/** Lets the traffic run for a while, and looks on. */
async function run(ground: Ground, generators: Generators, window: number, others: number): Promise<Run> {
  await generators.clear();
  const begun = Date.now();
  let rss = 0;
  let letGo = Number.POSITIVE_INFINITY;
  while (Date.now() - begun < window) {
    await sleep(250);
    const holding = await ground.holding();
    rss = Math.max(rss, holding.rss);
    if (holding.connections <= others) letGo = Math.min(letGo, Date.now() - begun);
  }
  return { report: await generators.report(), rss, letGo };
}

/** Lets everyone read again, and waits until they have come back. @returns milliseconds, infinite where they have not */
async function recover(generators: Generators, count: number): Promise<number> {
  await generators.clear();
  const begun = Date.now();
  await generators.stall(0);
  while (Date.now() - begun < PATIENCE) {
    const { caughtUp, arrivals } = await generators.report();
    // Whoever was let go notices it only now: until they arrive anew they believe that they are still there.
    if (arrivals.length >= STALLED && caughtUp === count) return (arrivals.at(-1) ?? begun) - begun;
    await sleep(250);
  }
  return Number.POSITIVE_INFINITY;
}

/** A tenth of the readers of every room stop reading, under steady traffic; the same run without them is what it is compared with. */
export async function runStalled({ seed, quick = false }: ScenarioOptions): Promise<Report> {
  const window = quick ? WINDOW.quick : WINDOW.full;
  const count = SIZE.rooms * SIZE.perRoom;
  const ground = await layGround(SIZE);
  const generators = new Generators(GENERATORS);
  try {
    await ground.start();
    await generators.connect(ground.port, seed, clientsOf(ground.rooms));
    await generators.say(TRAFFIC.perSecond, TRAFFIC.characters);
    await sleep(WARM_UP);
    const without = await run(ground, generators, window, 0);
    await generators.stall(STALLED);
    const beside = await run(ground, generators, window, count - STALLED);
    const caughtUp = await recover(generators, count);
    await generators.say(0);
    const { behind, wrong } = await generators.judge(ground.database, 10_000);
    const { skipped, doubled, torn } = await generators.report();
    const [before, after] = [without.report.latencies, beside.report.latencies];
    const growth = beside.rss - without.rss;
    // As much again, or as much as two readings of one machine differ anyway.
    const unharmed = Math.max(2 * before.quantile(0.99), before.quantile(0.99) + 50);
    const told = ({ report }: Run) => `${report.latencies.quantile(0.5)} / ${report.latencies.quantile(0.99)} ms`;
    return reportOf(`Stalled readers: ${STALLED} of ${count}`, [
      {
        measure: `all ${STALLED} let go after`,
        goal: `≤ ${seconds(GOAL.letGo)}`,
        figure: beside.letGo < Number.POSITIVE_INFINITY ? seconds(beside.letGo) : `not within ${seconds(window)}`,
        good: beside.letGo <= GOAL.letGo,
      },
      {
        measure: 'memory of the server: at most, and more than without them',
        goal: `+ ${megabytes(GOAL.rss)}`,
        figure: `${megabytes(beside.rss)}, ${growth < 0 ? '−' : '+'} ${megabytes(Math.abs(growth))}`,
        good: growth <= GOAL.rss,
      },
      {
        measure: `from sent to heard by everyone else, p50 / p99 of ${after.total}`,
        goal: `p99 ≤ ${unharmed} ms`,
        figure: told(beside),
        good: after.total > 0 && after.quantile(0.99) <= unharmed,
      },
      { measure: `the same without stalled readers, of ${before.total}`, goal: '', figure: told(without) },
      {
        measure: 'once they read again: all caught up after',
        goal: `≤ ${seconds(GOAL.caughtUp)}`,
        figure: caughtUp < Number.POSITIVE_INFINITY ? seconds(caughtUp) : 'never',
        good: caughtUp <= GOAL.caughtUp,
      },
      {
        measure: 'behind, wrong, skipped, doubled, torn',
        goal: '0',
        figure: [behind, wrong, skipped, doubled, torn].join(', '),
        good: behind + wrong + skipped + doubled + torn === 0,
      },
    ]);
  } finally {
    generators.end();
    await ground.end();
  }
}
