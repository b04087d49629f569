import { reportOf, type Report, type Row, type ScenarioOptions } from '../report';
import { clientsOf, writeEverywhere } from './crowd';
import { Generators } from './generators';
import { layGround, socketLimit, type Ground } from './ground';
import { HealthWatch } from './health';
import { megabytes, reasons, seconds, sleep } from './words';

const SIZE = { rooms: 200, perRoom: 50 };
const QUICK = { rooms: 20, perRoom: 50 };
/** Milliseconds: design goals of a reconnect storm. */
const GOAL = { caughtUp: 60_000, health: 1_000 };
/** Milliseconds after which a storm is called off. */
const PATIENCE = 180_000;
/** Messages written into every room while the server is away. */
const MEANWHILE = 5;
/** Messages a second, sent by those who are back already while others still come. */
const SENT = 20;
const GENERATORS = 2;

interface Way {
  name: string;
  end: (ground: Ground) => Promise<unknown>;
}

const WAYS: Way[] = [
  { name: 'kill -9', end: (ground) => ground.kill() },
  { name: 'SIGTERM', end: (ground) => ground.stop() },
];

async function storm(
  ground: Ground,
  generators: Generators,
  health: HealthWatch,
  way: Way,
  count: number,
): Promise<Row[]> {
  await generators.clear();
  await way.end(ground);
  await writeEverywhere(ground.database, MEANWHILE);
  const { at } = await ground.start();
  health.start();
  await generators.say(SENT);
  let peak = 0;
  let report = await generators.report();
  while (report.caughtUp < count && Date.now() - at < PATIENCE) {
    await sleep(500);
    peak = Math.max(peak, (await ground.holding()).rss);
    report = await generators.report();
  }
  health.stop();
  const seen = await health.take();
  await generators.say(0);
  const { behind, wrong } = await generators.judge(ground.database, 10_000);
  const took = report.caughtUp === count ? (report.arrivals.at(-1) ?? at) - at : Number.POSITIVE_INFINITY;
  const half = (report.arrivals[Math.floor(report.arrivals.length / 2)] ?? at) - at;
  const p99 = seen.latencies.quantile(0.99);
  const faults = behind + wrong + report.skipped + report.doubled + report.torn;
  return [
    {
      measure: `${way.name}: all ${count} back and caught up after`,
      goal: `≤ ${seconds(GOAL.caughtUp)}`,
      figure: `${took < Number.POSITIVE_INFINITY ? seconds(took) : `${count - report.caughtUp} never`} (half: ${seconds(half)})`,
      good: took <= GOAL.caughtUp,
    },
    {
      measure: `${way.name}: health meanwhile, p99 of ${seen.asked}`,
      goal: `≤ ${seconds(GOAL.health)}`,
      figure: `${p99} ms (p50 ${seen.latencies.quantile(0.5)} ms, most ${seen.latencies.quantile(1)} ms, ${seen.failed} failed)`,
      good: p99 <= GOAL.health && seen.failed === 0,
    },
    {
      measure: `${way.name}: behind, wrong, skipped, doubled, torn`,
      goal: '0',
      figure: [behind, wrong, report.skipped, report.doubled, report.torn].join(', '),
      good: faults === 0,
    },
    {
      measure: `${way.name}: attempts to connect; refusals`,
      goal: '',
      figure: `${report.attempts}; ${reasons(report.refusals)}`,
    },
    {
      measure: `${way.name}: sent meanwhile; not stored`,
      goal: '',
      figure: `${report.acknowledged}; ${reasons(report.unsent)}`,
    },
    { measure: `${way.name}: memory of the server at most`, goal: '', figure: megabytes(peak) },
  ];
}

/**
 * A reconnect storm: ten thousand sockets of both protocols, in rooms of fifty, lose their server at once, by a crash and by an
 * orderly stop, while messages are written that each of them has to catch up with.
 */
export async function runStorm({ seed, quick = false }: ScenarioOptions): Promise<Report> {
  const limit = socketLimit();
  const wanted = quick ? QUICK : SIZE;
  const rooms = Math.min(wanted.rooms, Math.floor(limit / wanted.perRoom));
  const count = rooms * wanted.perRoom;
  const ground = await layGround({ rooms, perRoom: wanted.perRoom });
  const generators = new Generators(GENERATORS);
  const health = new HealthWatch(ground.port);
  try {
    await ground.start();
    const begun = Date.now();
    await generators.connect(ground.port, seed, clientsOf(ground.rooms));
    const rows: Row[] = [
      {
        measure: `${count} connected, ${GENERATORS * 50} at a time`,
        goal: '',
        figure: `${seconds(Date.now() - begun)}, ${megabytes((await ground.holding()).rss)}`,
      },
    ];
    if (rooms < wanted.rooms)
      rows.unshift({
        measure: 'sockets that fit into the limit of open files',
        goal: '',
        figure: `${limit}: fewer than meant`,
      });
    for (const way of WAYS) rows.push(...(await storm(ground, generators, health, way, count)));
    return reportOf(`Reconnect storm: ${count} sockets`, rows);
  } finally {
    health.stop();
    generators.end();
    await ground.end();
  }
}
