import { pause } from '../actors/scene';
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

/** Clocks that are set. */
export const CLOCK_FAULTS: readonly Fault[] = [serverClock];
