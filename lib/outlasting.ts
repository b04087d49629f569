import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskFull, isUnavailable } from './db-errors';

/** Milliseconds that a command outlasts a database that is just being restarted; beyond it the caller is told to come back. */
export const PATIENCE_MS = 3_000;
const PAUSE_MS = 50;

/**
 * Does what may be done twice as well as once, and does it again when the connection to the database breaks under it.
 *
 * @param work changes nothing, or nothing more the second time
 * @throws whatever `work` throws, an outage only after {@link PATIENCE_MS}
 */
export async function outlasting<T>(work: () => Promise<T>): Promise<T> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || isDiskFull(error) || performance.now() > giveUp) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
