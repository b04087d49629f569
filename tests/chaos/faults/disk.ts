import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@/lib/start-error';
import { pause } from '../actors/scene';
import { OPEN } from '../clients/transports';
import { disksImpossible } from '../small-disk';
import type { World } from '../world';
import { now, type Fault } from './fault';

/** Bytes written at a time; at the end, so that nothing is left, single pages. */
const CHUNKS = [1024 * 1024, 8 * 1024];
/** Milliseconds within which sends must be refused: what fits into pages that are there already still goes in. */
const REFUSED_WITHIN = 15_000;

/** Fills the disk to its last page. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    for (const size of CHUNKS) {
      const chunk = Buffer.alloc(size, 1);
      for (;;) {
        const { bytesWritten } = await file.write(chunk);
        if (bytesWritten < size) break;
      }
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}

/** Sends until it is refused, then reads. @returns what was not as it must be */
async function whileFull(world: World, ballast: string): Promise<string[]> {
  const [room, probe] = [world.cast.rooms[0], world.cast.probes[0]];
  if (!room || !probe) throw new Error('There is no room');
  const line = await OPEN.rest({ ...probe.identity, room: room.name });
  const failures: string[] = [];
  try {
    const deadline = performance.now() + REFUSED_WITHIN;
    const before = world.scene.unavailable;
    while (world.scene.unavailable === before) {
      if (performance.now() > deadline) return ['no send was refused'];
      // What the database gives back, by recycling its log, is taken too.
      await fill(ballast);
      await pause(100);
    }
    const read = await line.call('message:list', { limit: 50 });
    if (!read.ok) failures.push(`reading was refused with ${read.code}`);
    return failures;
  } finally {
    line.close();
  }
}

const diskFull: Fault = {
  name: 'disk-full',
  title: 'the database’s disk full',
  quick: { 'small disk': 1 },
  full: { 'small disk': 10 },
  impossible: disksImpossible,
  async inject(world, random) {
    const ballast = join(world.dataDir, 'ballast');
    let failures: string[] = [];
    try {
      failures = await whileFull(world, ballast);
      await pause(random() * 2_000);
    } finally {
      await rm(ballast, { force: true });
    }
    // Where PostgreSQL could not even write its log, it ended; whoever runs it starts it again, as with any crash.
    await world.database.ensureRunning();
    return now(failures);
  },
};

/** Disks that are full. */
export const DISK_FAULTS: readonly Fault[] = [diskFull];
