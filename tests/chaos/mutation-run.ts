import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '@/lib/log';
import { buildAll, buildServer, isFresh, writeEntry } from '../../scripts/build.mjs';
import { pause } from './actors/scene';
import type { Violations } from './checker/violations';
import { DATABASE_FAULTS } from './faults/database';
import { NETWORK_FAULTS } from './faults/network';
import { randomFrom } from './load/random';
import { MUTATIONS, mutate, type Mutation } from './mutations';
import { reportOf, type Report } from './report';
import { World } from './world';

const ROOT = join(import.meta.dirname, '../..');
const POPULATION = { rooms: 2, writers: 10, watchers: 8, outsiders: 1, rate: 100 };
/** A few minutes of trouble in some seconds: each fault that one of the mutations needs to show itself. */
const FAULT_NAMES = ['cut-before-ack', 'drop-backends', 'cut-all', 'drop-backends', 'cut-before-ack'];
/** Milliseconds between two of them. */
const GAP = 500;
/** Milliseconds that everybody has to come to rest. */
const REST = 8_000;

/** Messages of one writer that leave at once: they are read at once, stored in one statement, and under way when a fault comes. */
const BURST = 8;

/** Has everybody write several messages at once whose order is promised: over HTTP that of requests that overlap is not. */
function burst({ cast }: World): void {
  for (const writer of cast.writers.filter(({ identity }) => identity.transport !== 'rest'))
    for (let count = 0; count < BURST; count++) writer.send();
}

/** A small world that goes through a little of everything. @param entry what runs instead of the build */
async function runSmall(seed: number, entry: string | undefined): Promise<Violations> {
  const folder = await mkdtemp(join(tmpdir(), 'beseda-mutation-'));
  try {
    const world = await World.open({
      kind: 'given',
      seed,
      population: POPULATION,
      length: 'quick',
      folder,
      restWithin: REST,
      ...(entry !== undefined && { entry }),
    });
    try {
      const random = randomFrom(seed);
      const faults = [...DATABASE_FAULTS, ...NETWORK_FAULTS];
      for (const name of FAULT_NAMES) {
        await pause(GAP);
        burst(world);
        // What is broken may well keep a fault from going as it should; only the comparison counts here.
        await faults.find((fault) => fault.name === name)?.inject(world, random);
      }
      await pause(GAP);
      burst(world);
      await world.checkpoint();
    } finally {
      await world.close();
    }
    return world.scene.violations;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs the service with its code deliberately broken, or as it is.
 *
 * @returns what the checker found
 */
export async function runMutant(seed: number, mutation: Mutation | null): Promise<Violations> {
  if (!mutation) return runSmall(seed, undefined);
  // Under the project, where the bundle finds its packages.
  const folder = join('build', `mutant-${randomUUID()}`);
  try {
    await buildServer(folder, [mutate(mutation)]);
    writeEntry(folder);
    return await runSmall(seed, join(folder, 'start.mjs'));
  } finally {
    await rm(join(ROOT, folder), { recursive: true, force: true });
  }
}

/** Whether the checker can fail: it has to find each way of breaking the promise, and nothing where nothing is broken. */
export async function runMutations(seed: number): Promise<Report> {
  log.level = 'silent';
  if (!process.env.TEST_SKIP_BUILD && !isFresh()) await buildAll();
  const rows = [];
  for (const mutation of [null, ...MUTATIONS]) {
    const violations = await runMutant(seed, mutation);
    for (const kind of violations.kinds) {
      if (!mutation) process.stdout.write(`${violations.examples(kind).join('\n')}\n`);
    }
    const figure = violations.kinds.map((kind) => `${violations.count(kind)} ${kind}`).join(', ') || 'nothing';
    rows.push({
      measure: mutation?.name ?? 'nothing broken',
      goal: mutation?.expected ?? 'nothing',
      figure,
      good: mutation ? violations.count(mutation.expected) > 0 : violations.total === 0,
    });
  }
  return reportOf('The server broken on purpose, and what the checker finds', rows);
}
