import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { childrenOf } from '../../tests/harness/processes';
import { residentKilobytes } from '../machine/cpu';
import type { Options } from '../options';
import { median, type Results } from '../scenarios/results';
import { inRounds } from '../side-by-side';
import { startBeseda } from '../subjects/beseda';
import { startPeer } from '../subjects/peers';
import type { Ground } from '../subjects/stage';
import { createDataDir } from '../../tests/harness/data-dir';
import { startService } from '../service';
import { BARE, endpointsOf, type Endpoint } from './endpoints';
import { HttpClient } from './http-client';
import { pace, saturate, type Load } from './load';
import { countWritten, createWorld } from './world';

/** Connections that ask at a time. */
const CONNECTIONS = 16;
/** Share of its core from which on the load generator may be what a figure tells of. */
const BUSY = 0.9;
/** Seconds of load that nobody looks at: code is compiled as it gets hot, a page's for a quarter of a minute. */
const WARM_UP = { full: 15, quick: 3 };
/** Milliseconds of rest before memory is read: nobody can make another process collect its garbage. */
const REST = { full: 15_000, quick: 4_000 };
const STARTS = { full: 5, quick: 3 };

interface Turn {
  ground: Ground;
  options: Options;
  results: Results;
}

interface Server {
  pid: number;
  port: number;
}

/** Measures one thing that a server can be asked for. @returns how many requests were answered as they should be */
async function measureEndpoint(turn: Turn, { pid, port }: Server, { name, next }: Endpoint): Promise<number> {
  const { ground, options, results } = turn;
  const client = new HttpClient(port, CONNECTIONS);
  const loads: Load[] = [];
  const note = (load: Load): Load => {
    loads.push(load);
    for (const [wrong, count] of load.failed) results.note(`http: ${name}: ${count} × ${wrong}`);
    return load;
  };
  note(await saturate(client, next, CONNECTIONS, options.quick ? WARM_UP.quick : WARM_UP.full));
  const before = await ground.cpu({ pid });
  const most = note(await saturate(client, next, CONNECTIONS, options.seconds));
  const after = await ground.cpu({ pid });
  const perSecond = most.answered / most.seconds;
  const half = note(await pace(client, next, perSecond / 2, options.seconds));
  client.close();
  results.add('http', name, {
    'requests/s': perSecond,
    p50: most.took.p50,
    p99: most.took.p99,
    'p50 at half': half.took.p50,
    'p99 at half': half.took.p99,
    'µs of the server': ((after.server - before.server) / most.answered) * 1e6,
    'µs of PostgreSQL': ((after.database - before.database) / most.answered) * 1e6,
    'load generator, % of a core': most.share * 100,
  });
  if (most.share > BUSY)
    results.note(`http: ${name}: the load generator had no time left, and may have been the limit.`);
  process.stderr.write(`  ${name}: ${perSecond.toFixed(0)}/s, p99 ${most.took.p99.toFixed(0)} ms\n`);
  return loads.reduce((sum, { answered }) => sum + answered, 0);
}

/** @throws Error where what is stored is not what was acknowledged */
async function checkStored(databaseUrl: string, acknowledged: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const stored = await countWritten(client);
  await client.end();
  if (stored !== acknowledged) throw new Error(`${acknowledged} messages were acknowledged, ${stored} are stored`);
}

async function measureBare(turn: Turn): Promise<void> {
  const peer = await startPeer('http.ts', false, turn.ground.url, { rooms: 0, perRoom: 0 });
  try {
    await turn.ground.place(peer.pid);
    await measureEndpoint(turn, peer, BARE);
  } finally {
    await peer.stop();
  }
}

async function measureBeseda(turn: Turn): Promise<void> {
  const { ground, options, results } = turn;
  const beseda = await startBeseda(ground.url, 'off', createWorld);
  const rest = async (when: string): Promise<void> => {
    await sleep(options.quick ? REST.quick : REST.full);
    const renderers = await Promise.all((await childrenOf(beseda.pid)).map(residentKilobytes));
    results.add('process', 'Beseda', {
      [`MB ${when}`]: (await residentKilobytes(beseda.pid)) / 1_000,
      [`MB ${when}, what makes pages`]: renderers.reduce((sum, one) => sum + one, 0) / 1_000,
    });
  };
  try {
    await ground.place(beseda.pid);
    await rest('at rest');
    let acknowledged = 0;
    for (const endpoint of endpointsOf(beseda.world)) {
      acknowledged = await measureEndpoint(turn, beseda, endpoint);
      if (endpoint.name === 'room page') await rest('after pages');
    }
    // The last of them writes.
    await checkStored(beseda.databaseUrl, acknowledged);
  } finally {
    await beseda.stop();
  }
}

/** With its own PostgreSQL, as `npm start` does; both inherit this process's one core. */
async function measureStarts({ options, results }: Turn): Promise<void> {
  const { path, remove } = await createDataDir();
  try {
    const seconds: number[] = [];
    for (let start = 0; start <= (options.quick ? STARTS.quick : STARTS.full); start++) {
      const service = await startService(path);
      // The first makes the database.
      if (start > 0) seconds.push(service.readyAfter / 1_000);
      await service.stop();
    }
    results.add('process', 'Beseda', { 's until ready': median(seconds) });
  } finally {
    await remove();
  }
}

/** HTTP: how many pages, lists, searches and messages a second the service bears, how long they take, and what it takes to be there. */
export function measureHttp(options: Options): Promise<string> {
  return inRounds(options, async (ground, results, round) => {
    process.stderr.write(`Round ${round + 1} of ${options.rounds}\n`);
    const turn = { ground, options, results };
    await measureStarts(turn);
    await measureBare(turn);
    await measureBeseda(turn);
  });
}
