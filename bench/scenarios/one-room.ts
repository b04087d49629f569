import type { Options, Scenario } from '../options';
import { fetchPages } from './pages';
import { costed, findBorne, wants, type Borne, type Turn } from './turn';

export const ONE_ROOM = { rooms: 1, perRoom: 1_000 };
/** Those that begin with a search for the most that a server bears. */
const BEYOND_COST: Scenario[] = ['room', 'latency', 'pages'];

/** Messages a second of the first scenario. */
const RATE = 20;
/** Milliseconds at p99, up to which a server bears a rate. */
const P99 = 250;
/** Messages a second where the search begins: below what anything bears. */
const START = 50;
const WARM_UP = { perSecond: 40, seconds: 2 };
const PAGES_PER_SECOND = 20;
const SHARES = [0.25, 0.5, 0.75];

/** Whether any of this world's scenarios was asked for. */
export function wantsOneRoom(options: Options): boolean {
  return wants(options, 'cost') || BEYOND_COST.some((scenario) => wants(options, scenario));
}

/** What one delivery costs at a quiet rate: processor time of the server and of its PostgreSQL. */
async function measureCost(turn: Turn): Promise<void> {
  const { stage, options, results } = turn;
  const { run, used } = await costed(turn, RATE, options.seconds);
  results.check(stage.subject.name, run, true);
  if (run.delivery.p50 > 1_000 / RATE) {
    results.note(
      `cost: ${stage.subject.name} had the next message before it had told the last: the machine was too busy for this figure.`,
    );
  }
  results.add('cost', stage.subject.name, {
    µs: (used.server * 1e6) / run.deliveries,
    'µs in PostgreSQL': (used.database * 1e6) / run.deliveries,
    p50: run.delivery.p50,
    p99: run.delivery.p99,
  });
}

async function measureLatency(turn: Turn, { rate }: Borne): Promise<void> {
  const { stage, options, results } = turn;
  for (const share of SHARES) {
    const run = await stage.run(rate * share, options.seconds);
    results.check(stage.subject.name, run, true);
    results.add('latency', stage.subject.name, {
      [`p50 at ${share * 100} %`]: run.last.p50,
      [`p99 at ${share * 100} %`]: run.last.p99,
    });
  }
}

/** Half of capacity, while pages of the room are made. */
async function measurePages(turn: Turn, { rate }: Borne): Promise<void> {
  const { stage, options, results } = turn;
  const { port, rooms } = stage.running;
  const [room] = rooms;
  if (!stage.subject.hasPages || !room) return;
  const url = `http://localhost:${port}/chat/${room.name}`;
  const stop = fetchPages(url, room.tokens[0] ?? '', PAGES_PER_SECOND);
  const run = await stage.run(rate / 2, options.seconds);
  const { took, failed } = await stop();
  results.check(stage.subject.name, run, true);
  results.add('pages', stage.subject.name, {
    'last p50': run.last.p50,
    'last p99': run.last.p99,
    'page p50': took.p50,
    'page p99': took.p99,
    'pages failed': failed,
  });
}

/** A subject's turn with one room of a thousand members. */
export async function measureOneRoom(turn: Turn): Promise<void> {
  const { stage, options, results } = turn;
  await stage.run(WARM_UP.perSecond, WARM_UP.seconds);
  if (wants(options, 'cost')) await measureCost(turn);
  if (!BEYOND_COST.some((scenario) => wants(options, scenario))) return;
  const borne = await findBorne(turn, 'room', P99, START);
  results.add('room', stage.subject.name, {
    'deliveries/s': borne ? borne.run.deliveries / options.seconds : 0,
    'messages/s': borne?.rate ?? 0,
    p99: borne?.run.delivery.p99 ?? Number.NaN,
    'load generator, % of a core': (borne?.run.load ?? 0) * 100,
  });
  if (!borne) return;
  if (wants(options, 'latency')) await measureLatency(turn, borne);
  if (wants(options, 'pages')) await measurePages(turn, borne);
}
