import { setTimeout as sleep } from 'node:timers/promises';
import { residentKilobytes } from '../machine/cpu';
import { collectGarbage } from '../machine/garbage';
import type { Options } from '../options';
import type { Stage } from '../subjects/stage';
import type { Running } from '../subjects/subject';
import type { Results } from './results';

/** Members of each room. */
const PER_ROOM = 50;
/** Milliseconds of rest before anything is read. */
const REST = { full: 15_000, quick: 4_000 };
/** Seconds of idling: one heartbeat of each connection comes in every 25. */
const IDLE = { full: 25, quick: 5 };

/** How many connections are opened, in two steps. */
export function steps({ quick }: Options): [number, number] {
  return quick ? [1_000, 2_000] : [5_000, 10_000];
}

/** The world that so many fit into. */
export function connectionsSize(options: Options) {
  return { rooms: steps(options)[1] / PER_ROOM, perRoom: PER_ROOM };
}

/** Resident memory in kB: as it lies, and once garbage is collected. */
async function memoryOf({ pid, inspectorPort }: Running): Promise<{ lying: number; needed: number }> {
  const lying = await residentKilobytes(pid);
  await collectGarbage(pid, inspectorPort);
  return { lying, needed: await residentKilobytes(pid) };
}

/** A subject's turn with thousands who are signed in, have joined a room, and say nothing. */
export async function measureConnections(stage: Stage, options: Options, results: Results): Promise<void> {
  const { subject, running } = stage;
  const rest = options.quick ? REST.quick : REST.full;
  const idle = options.quick ? IDLE.quick : IDLE.full;
  await sleep(rest);
  const base = (await memoryOf(running)).needed;
  const measures: Record<string, number> = { 'base, MB': base / 1_000 };
  let from = 0;
  let milliseconds = 0;
  for (const to of steps(options)) {
    const begun = await stage.cpu();
    const connected = await stage.connect(from, to);
    const ended = await stage.cpu();
    milliseconds += connected.milliseconds;
    from = to;
    measures[`s until ${to} joined`] = milliseconds / 1_000;
    measures[`µs a join to ${to}`] = ((ended.server - begun.server) * 1e6) / connected.joined;
    measures[`in PostgreSQL to ${to}`] = ((ended.database - begun.database) * 1e6) / connected.joined;
    for (const [reason, count] of connected.failed) {
      results.note(`connections: ${subject.name}: ${count} could not join: ${reason}`);
    }
    await sleep(rest);
    const { lying, needed } = await memoryOf(running);
    measures[`kB each at ${to}`] = (needed - base) / to;
    measures[`MB with garbage at ${to}`] = lying / 1_000;
  }
  const before = await stage.cpu();
  await sleep(idle * 1_000);
  const after = await stage.cpu();
  measures['idle, % of a core'] = ((after.server - before.server) / idle) * 100;
  measures['idle in PostgreSQL'] = ((after.database - before.database) / idle) * 100;
  results.add('connections', subject.name, measures);
}
