import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../load/orders';
import { residentKilobytes } from '../machine/cpu';
import { Nuisance } from '../nuisance/nuisance';
import { NUISANCES, type NuisanceKind, type NuisanceOrder } from '../nuisance/orders';
import type { Options } from '../options';
import type { Stage } from '../subjects/stage';
import type { Results } from './results';

/** Rooms of those who are measured; the people of the others are the bad neighbours. */
const ROOMS = 50;
const BAD_ROOMS = 10;
const PER_ROOM = 10;
export const NEIGHBOURS = { rooms: ROOMS + BAD_ROOMS, perRoom: PER_ROOM };

/** Messages a second of all who are measured together. */
const RATE = 100;
const WARM_UP = 3;
/** Bad neighbours of one kind at a time: other people for each kind and place, so that nobody's limit is used up when they begin. */
const BAD = 12;
/** Milliseconds until bad neighbours are connected. */
const SETTLE = 1_500;
/** When what they left behind is done with: the part of its core that the server may use, milliseconds between two looks, and at most. */
const CALM = { share: 0.2, look: 500, within: 20_000 };

const PLACES = ['in rooms of their own', 'in the same rooms'] as const;

function orderOf(stage: Stage, kind: NuisanceKind, place: (typeof PLACES)[number]): NuisanceOrder {
  const { running, subject } = stage;
  const people = running.rooms.slice(ROOMS).flatMap(({ name, tokens }) => tokens.map((token) => ({ name, token })));
  const turn = NUISANCES.indexOf(kind) * PLACES.length + PLACES.indexOf(place);
  const bad = people.slice(turn * BAD, (turn + 1) * BAD);
  return {
    port: running.port,
    protocol: subject.protocol,
    kind,
    clients: bad.map(({ name, token }, index) => ({
      token,
      room: place === 'in the same rooms' ? (running.rooms[index]?.name ?? name) : name,
      // On Linux all of 127.0.0.0/8 is loopback: they come from everywhere, as limits by address expect of an attack that gets past them.
      ...(process.platform === 'linux' && { address: `127.2.${turn}.${index + 1}` }),
    })),
  };
}

/** A quantile; where nothing came at all, it took no time that could be told. */
const known = (of: Run['delivery'], quantile: 'p50' | 'p99'): number => (of.count > 0 ? of[quantile] : Number.NaN);

/** Waits until the server has nothing to do. @returns seconds */
async function calm(stage: Stage): Promise<number> {
  const begun = performance.now();
  let share = 1;
  while (share > CALM.share && performance.now() - begun < CALM.within) {
    const before = await stage.cpu();
    await sleep(CALM.look);
    share = ((await stage.cpu()).server - before.server) / (CALM.look / 1_000);
  }
  return (performance.now() - begun) / 1_000;
}

/** A turn of fifty quiet rooms beside each kind of bad neighbours, in their own rooms and in those of the others. */
export async function measureNeighbours(stage: Stage, options: Options, results: Results): Promise<void> {
  const { subject, running } = stage;
  const { failed } = await stage.connect(0, ROOMS * PER_ROOM);
  if (failed.length > 0) throw new Error(`${subject.name}: not everybody could join: ${JSON.stringify(failed)}`);
  await stage.quiet();
  await stage.run(RATE, WARM_UP);
  let alone: Run | undefined;
  const measure = async (situation: string) => {
    const before = await stage.cpu();
    const run = await stage.run(RATE, options.seconds);
    const after = await stage.cpu();
    alone ??= run;
    results.check(subject.name, run, true);
    for (const [code, count] of run.refused)
      results.note(`neighbours: ${subject.name}, ${situation}: everybody else: ${code} × ${count}`);
    results.add('neighbours', `${subject.name}: ${situation}`, {
      p50: known(run.delivery, 'p50'),
      p99: known(run.delivery, 'p99'),
      'p99 × alone': known(run.delivery, 'p99') / alone.delivery.p99,
      'acknowledged p99': known(run.acknowledgement, 'p99'),
      'sent late p99': run.lateness.p99,
      'acknowledged, %': (run.acknowledged / run.offered) * 100,
      'server, % of a core': ((after.server - before.server) / run.seconds) * 100,
      'PostgreSQL, %': ((after.database - before.database) / run.seconds) * 100,
      'server, MB': (await residentKilobytes(running.pid)) / 1_000,
    });
  };
  await measure('alone');
  for (const kind of NUISANCES) {
    for (const place of PLACES) {
      const situation = `${kind} ${place}`;
      process.stderr.write(`  ${subject.name}: ${situation}\n`);
      const nuisance = new Nuisance(orderOf(stage, kind, place));
      await sleep(SETTLE);
      await measure(situation);
      const { sent, told } = await nuisance.end();
      const answers = told.map(([what, count]) => `${what} × ${count}`).join(', ');
      results.note(
        `neighbours: ${subject.name}: ${BAD} clients, ${situation}, sent ${sent}: ${answers || 'nothing heard'}`,
      );
      results.add('neighbours', `${subject.name}: ${situation}`, { 'calm after, s': await calm(stage) });
    }
  }
  await measure('alone, afterwards');
}
