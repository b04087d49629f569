import { pause } from '../actors/scene';
import { query } from '../database';
import { findFaketime, shiftPostgresClock } from '../faketime';
import { choose, now, type Fault } from './fault';

const HOUR = 3_600_000;
/** Milliseconds from the real time. */
const SHIFTS = [HOUR, -HOUR, -48 * HOUR, 0];
/** Milliseconds until the process has noticed, and something was written under the new time. */
const SETTLES = 400;

const serverClock: Fault = {
  name: 'server-clock',
  title: 'the server’s clock set: ± 1 h, − 2 days, back',
  quick: { given: 2 },
  full: { given: 20 },
  async inject(world, random) {
    await world.service.shiftClock(choose(SHIFTS, random));
    await pause(SETTLES);
    return now();
  },
};

const postgresClock: Fault = {
  name: 'postgres-clock',
  title: 'PostgreSQL’s clock set: ± 1 h, − 2 days, back',
  quick: { given: 1 },
  full: { given: 20 },
  impossible: () => Promise.resolve(findFaketime() === undefined ? 'libfaketime is not installed' : undefined),
  async inject(world, random) {
    const shift = choose(SHIFTS, random);
    await shiftPostgresClock(world.dataDir, shift / 1_000);
    await pause(SETTLES);
    const rows = await query<{ now: Date }>(await world.database.url(), 'SELECT clock_timestamp() AS now');
    const moved = (rows[0]?.now.getTime() ?? 0) - Date.now();
    return now(Math.abs(moved - shift) < 10_000 ? [] : [`the clock was to move by ${shift} ms, and did by ${moved}`]);
  },
};

/** Clocks that are set. */
export const CLOCK_FAULTS: readonly Fault[] = [serverClock, postgresClock];
