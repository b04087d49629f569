import { pause } from '../actors/scene';
import { accepting, query } from '../database';
import { signal, signalTree } from '../processes';
import type { World } from '../world';
import { choose, now, type Fault, type Injected } from './fault';

/** Milliseconds of an outage after which readiness must say so. */
const NOTICED_AFTER = 4_000;

/** Process ids of the service's own connections. */
async function backends(world: World): Promise<number[]> {
  const rows = await query<{ pid: number }>(
    await world.database.url(),
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'beseda%' AND pid <> pg_backend_pid()",
  );
  return rows.map(({ pid }) => pid);
}

/** Holds an outage for a while; a long one must be seen in the service's readiness. */
async function outage(world: World, milliseconds: number): Promise<string[]> {
  const begun = performance.now();
  const failures: string[] = [];
  await pause(Math.min(milliseconds, NOTICED_AFTER));
  if (milliseconds > NOTICED_AFTER) {
    if (await world.service.isReady()) failures.push('readiness said 200 while the database was away');
    await pause(milliseconds - (performance.now() - begun));
  }
  return failures;
}

async function isBack(world: World, failures: string[]): Promise<Injected> {
  const since = performance.now();
  while ((await world.service.isReady()) !== true) {
    if (performance.now() - since > 10_000) {
      failures.push('readiness did not say 200 within 10 s of the database’s return');
      break;
    }
    await pause(100);
  }
  return { since, failures };
}

const killPostmaster: Fault = {
  name: 'kill-postgres',
  title: 'kill -9 of PostgreSQL’s postmaster',
  quick: { given: 1, embedded: 1 },
  full: { given: 20, embedded: 10 },
  async inject(world, random) {
    const postmaster = world.database.postmaster();
    if (postmaster === undefined) return now(['PostgreSQL was not there to be killed']);
    // As a crash of the machine's memory would, or only of the parent: then its children notice by themselves.
    if (random() < 0.5) await signalTree(postmaster, 'SIGKILL');
    else signal(postmaster, 'SIGKILL');
    const away = random() < 0.2 ? NOTICED_AFTER + 2_000 : random() * 2_000;
    const failures = world.kind === 'embedded' ? [] : await outage(world, away);
    await world.database.ensureRunning();
    return isBack(world, failures);
  },
};

const killBackend: Fault = {
  name: 'kill-backend',
  title: 'kill -9 of one of PostgreSQL’s processes',
  quick: { given: 1 },
  full: { given: 15, embedded: 10 },
  async inject(world, random) {
    const pids = await backends(world);
    if (pids.length > 0) signal(choose(pids, random), 'SIGKILL');
    await accepting(world.database);
    return isBack(world, []);
  },
};

const dropBackends: Fault = {
  name: 'drop-backends',
  title: 'all of the service’s database connections dropped',
  quick: { given: 3, embedded: 1 },
  full: { given: 80, embedded: 20 },
  async inject(world) {
    await query(
      await world.database.url(),
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'beseda%' AND pid <> pg_backend_pid()",
    );
    return now();
  },
};

function pausing(
  name: string,
  title: string,
  counts: Pick<Fault, 'quick' | 'full'>,
  length: (random: () => number) => number,
): Fault {
  return {
    name,
    title,
    ...counts,
    async inject(world, random) {
      const postmaster = world.database.postmaster();
      if (postmaster === undefined) return now(['PostgreSQL was not there to be paused']);
      await signalTree(postmaster, 'SIGSTOP');
      let failures: string[] = [];
      try {
        failures = await outage(world, length(random));
      } finally {
        await signalTree(postmaster, 'SIGCONT');
      }
      return isBack(world, failures);
    },
  };
}

const pausePostgres = pausing(
  'pause-postgres',
  'SIGSTOP of PostgreSQL, 0.5–8 s',
  { quick: { given: 1 }, full: { given: 16 } },
  (random) => 500 + 7_500 * random() ** 2,
);

const pausePostgresLong = pausing(
  'pause-postgres-30',
  'SIGSTOP of PostgreSQL, 30 s',
  { quick: {}, full: { given: 4 } },
  () => 30_000,
);

/** What happens to PostgreSQL. */
export const DATABASE_FAULTS: readonly Fault[] = [
  killPostmaster,
  killBackend,
  dropBackends,
  pausePostgres,
  pausePostgresLong,
];
