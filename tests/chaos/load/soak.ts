import type pg from 'pg';
import { reportOf, type Report, type Row, type ScenarioOptions } from '../report';
import { clientsOf } from './crowd';
import { Generators } from './generators';
import { layGround, type Ground } from './ground';
import { HealthWatch } from './health';
import { growthOf } from './growth';
import { megabytes, reasons, seconds, sleep } from './words';

const SIZE = { rooms: 20, perRoom: 25 };
/** A second: messages of all together, and clients that hang up and come back. */
const TRAFFIC = { messages: 40, churn: 2 };
/** Milliseconds, where nobody says how long. */
const DURATION = { full: 20 * 60_000, quick: 60_000 };
/** How much the last quarter may exceed the second. */
const GOAL = 0.05;
/** Milliseconds; the design goal for health under load. */
const HEALTH_GOAL = 1_000;
/** Milliseconds between two samples: at least, and as part of the whole. */
const SAMPLE = { least: 500, part: 1 / 400 };
/** Milliseconds between two words on how it goes. */
const WORD_EVERY = 60_000;
const GENERATORS = 1;

interface Sample {
  rss: number;
  handles: number;
  databaseConnections: number;
}

/** The database's own count of connections to this database, but for ours. */
async function databaseConnections(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  return rows[0]?.count ?? 0;
}

async function sample(ground: Ground): Promise<Sample> {
  const [{ rss, handles }, connections] = await Promise.all([ground.holding(), databaseConnections(ground.database)]);
  return { rss, handles, databaseConnections: connections };
}

function growthRow(measure: string, samples: number[], tell: (value: number) => string): Row {
  const { second, last, growth } = growthOf(samples);
  return {
    measure: `${measure}: second quarter, last quarter`,
    goal: `≤ + ${GOAL * 100} %`,
    figure: `${tell(second)}, ${tell(last)} (${growth < 0 ? '−' : '+'} ${Math.abs(growth * 100).toFixed(1)} %)`,
    good: growth <= GOAL,
  };
}

/**
 * Steady traffic with people coming and going, for as long as one likes: whether anything grows.
 *
 * @param options.durationMs of the steady part; twenty minutes by default
 */
export async function runSoak({ seed, quick = false, durationMs }: ScenarioOptions): Promise<Report> {
  const duration = durationMs ?? (quick ? DURATION.quick : DURATION.full);
  const every = Math.max(SAMPLE.least, duration * SAMPLE.part);
  const ground = await layGround(SIZE);
  const generators = new Generators(GENERATORS);
  const health = new HealthWatch(ground.port);
  try {
    await ground.start();
    await generators.connect(ground.port, seed, clientsOf(ground.rooms));
    await generators.say(TRAFFIC.messages);
    await generators.churn(TRAFFIC.churn);
    await generators.clear();
    health.start();
    const samples: Sample[] = [];
    const begun = Date.now();
    let told = begun;
    while (Date.now() - begun < duration) {
      await sleep(every);
      const now = await sample(ground);
      samples.push(now);
      if (Date.now() - told < WORD_EVERY) continue;
      told = Date.now();
      process.stdout.write(
        `${seconds(told - begun)}: ${megabytes(now.rss)}, ${now.handles} handles, ${now.databaseConnections} database connections\n`,
      );
    }
    health.stop();
    const seen = await health.take();
    await generators.churn(0);
    await generators.say(0);
    const { behind, wrong } = await generators.judge(ground.database, 30_000);
    const report = await generators.report();
    const { skipped, doubled, torn, latencies } = report;
    const p99 = seen.latencies.quantile(0.99);
    return reportOf(`Soak: ${seconds(duration)}, ${report.clients} sockets, ${TRAFFIC.messages} messages/s`, [
      growthRow(
        'memory of the server',
        samples.map(({ rss }) => rss),
        megabytes,
      ),
      growthRow(
        'handles of the server',
        samples.map(({ handles }) => handles),
        (value) => String(Math.round(value)),
      ),
      growthRow(
        'database connections',
        samples.map((one) => one.databaseConnections),
        (value) => String(Math.round(value)),
      ),
      {
        measure: `health meanwhile, p99 of ${seen.asked}`,
        goal: `≤ ${seconds(HEALTH_GOAL)}`,
        figure: `${p99} ms (p50 ${seen.latencies.quantile(0.5)} ms, most ${seen.latencies.quantile(1)} ms, ${seen.failed} failed)`,
        good: p99 <= HEALTH_GOAL && seen.failed === 0,
      },
      {
        measure: 'behind, wrong, skipped, doubled, torn',
        goal: '0',
        figure: [behind, wrong, skipped, doubled, torn].join(', '),
        good: behind + wrong + skipped + doubled + torn === 0,
      },
      {
        measure: 'from sent to heard, p50 / p99',
        goal: '',
        figure: `${latencies.quantile(0.5)} / ${latencies.quantile(0.99)} ms of ${latencies.total}`,
      },
      { measure: 'messages acknowledged; not', goal: '', figure: `${report.acknowledged}; ${reasons(report.unsent)}` },
      { measure: 'connections made; refused', goal: '', figure: `${report.attempts}; ${reasons(report.refusals)}` },
    ]);
  } finally {
    health.stop();
    generators.end();
    await ground.end();
  }
}
