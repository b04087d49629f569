import { connectSocketIo, openSocketIo } from '../../tests/harness/socket-io-client';
import { findCores } from '../machine/pinning';
import type { Options } from '../options';
import { loads, places, writeFigures } from '../scenarios/circumstances';
import { median, Results } from '../scenarios/results';
import { wants } from '../scenarios/turn';
import { startBeseda } from '../subjects/beseda';
import { Ground } from '../subjects/stage';
import { DIMENSIONS, type Dimension, type DimensionName } from './dimensions';
import { OPERATIONS, type Operation, type Visitor } from './operations';
import { describeGrowth } from './report';
import { createWorld } from './world';

/** How often everything is done before it counts, and then in each round. */
const TIMES = { full: { warmUp: 20, measured: 20 }, quick: { warmUp: 6, measured: 10 } };
/** No larger than this in haste. */
const QUICK_SIZE = 100_000;

/** A service of one size, and its user. */
interface Place {
  size: number;
  visitor: Visitor;
  /** what could not be done here */
  cannot: Set<string>;
  close(): Promise<void>;
}

async function connect(url: string, token: string): Promise<Visitor['socket']> {
  const socket = openSocketIo(url, token);
  await connectSocketIo(socket);
  return socket;
}

async function open(ground: Ground, dimension: Dimension, size: number): Promise<Place> {
  const world = dimension.world(size);
  const server = await startBeseda(ground.url, 'off', (client, secret) => createWorld(client, secret, world));
  await ground.place(server.pid);
  const url = `http://localhost:${server.port}`;
  const token = server.world;
  const visitor = { url, token, socket: await connect(url, token), messages: world.messages };
  return {
    size,
    visitor,
    cannot: new Set(),
    async close() {
      visitor.socket.disconnect();
      await server.stop();
    },
  };
}

/** Does something once. @returns milliseconds; undefined where it cannot be done, which is then not tried again */
async function once(place: Place, { name, prepare, run }: Operation, results: Results): Promise<number | undefined> {
  const { size, visitor, cannot } = place;
  if (cannot.has(name)) return undefined;
  try {
    await prepare?.(visitor);
    const begun = performance.now();
    await run(visitor);
    return performance.now() - begun;
  } catch (error) {
    cannot.add(name);
    results.note(`${name} at ${size}: ${error instanceof Error ? error.message : String(error)}`);
    if (!visitor.socket.connected) visitor.socket = await connect(visitor.url, visitor.token);
    return undefined;
  }
}

/** Does everything so often, at each size in turn. @returns how long it took, in milliseconds, by operation and size */
async function repeat(places: readonly Place[], times: number, results: Results) {
  const took = new Map<string, Map<number, number[]>>();
  for (const { name } of OPERATIONS) took.set(name, new Map(places.map(({ size }) => [size, []])));
  for (let time = 0; time < times; time++) {
    for (const operation of OPERATIONS) {
      for (const place of places) {
        const milliseconds = await once(place, operation, results);
        if (milliseconds !== undefined) took.get(operation.name)?.get(place.size)?.push(milliseconds);
      }
    }
  }
  return took;
}

async function measureDimension(
  ground: Ground,
  name: DimensionName,
  options: Options,
  results: Results,
): Promise<void> {
  const dimension: Dimension = DIMENSIONS[name];
  const { warmUp, measured } = options.quick ? TIMES.quick : TIMES.full;
  const places: Place[] = [];
  try {
    for (const size of dimension.sizes) {
      if (options.quick && size > QUICK_SIZE) continue;
      process.stderr.write(`${dimension.title}: ${size}\n`);
      places.push(await open(ground, dimension, size));
    }
    await repeat(places, warmUp, results);
    for (let round = 0; round < options.rounds; round++) {
      for (const [operation, bySize] of await repeat(places, measured, results)) {
        for (const [size, took] of bySize) if (took.length > 0) results.add(name, operation, { [size]: median(took) });
      }
    }
  } finally {
    for (const place of places) await place.close();
  }
}

/** What the same things cost as history, rooms and members grow. Every size is a service and a database of its own, side by side. */
export async function measureGrowth(options: Options): Promise<string> {
  const before = loads();
  const cores = findCores();
  const results = new Results();
  const ground = await Ground.lay(cores);
  try {
    for (const name of Object.keys(DIMENSIONS) as DimensionName[])
      if (wants(options, name)) await measureDimension(ground, name, options, results);
  } finally {
    await ground.close();
  }
  const after = loads();
  await writeFigures(options, results, { cores, load: { before, after } });
  return [
    `${options.rounds} rounds of ${(options.quick ? TIMES.quick : TIMES.full).measured} each, medians in ms over one connection; Node ${process.version}. ${places(cores)}`,
    `Load average before: ${before}; after: ${after} (what is measured here counts).`,
    '',
    describeGrowth(results),
  ].join('\n');
}
