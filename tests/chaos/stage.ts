import { randomFrom } from './load/random';
import { pause } from './actors/scene';
import type { Planned } from './plan';
import type { World } from './world';

/** Milliseconds within which the service has to be back. */
const BACK_WITHIN = 10_000;

/** How one kind of fault went. */
export interface FaultRecord {
  title: string;
  /** milliseconds until everybody was served again, of each occurrence */
  back: number[];
  failures: string[];
}

/** What a stage hands on. */
export interface StageOptions {
  /** faults between two comparisons of everything */
  checkEvery: number;
  /** stops after the current fault */
  signal: AbortSignal;
  say: (line: string) => void;
}

/**
 * Lets everything of a plan happen in a world, one after the other, under its load.
 *
 * @param records by the fault's name; is added to
 * @returns whether the promise held at every comparison
 */
export async function runStage(
  world: World,
  plan: readonly Planned[],
  records: Map<string, FaultRecord>,
  { checkEvery, signal, say }: StageOptions,
): Promise<boolean> {
  let done = 0;
  for (const { fault, gap, seed } of plan) {
    if (signal.aborted) return false;
    await pause(gap, signal);
    const record = records.get(fault.name) ?? { title: fault.title, back: [], failures: [] };
    records.set(fault.name, record);
    const begun = performance.now();
    const failed = record.failures.length;
    try {
      const { since, failures = [] } = await fault.inject(world, randomFrom(seed));
      const { missing, last } = await world.probe();
      const back = performance.now() - since;
      record.back.push(back);
      record.failures.push(...failures);
      if (missing.length > 0)
        record.failures.push(`not back after ${(back / 1_000).toFixed(0)} s: ${missing.slice(0, 4).join(', ')}`);
      else if (back > BACK_WITHIN)
        record.failures.push(`back only after ${(back / 1_000).toFixed(1)} s, the last being ${last}`);
      say(
        `${++done}/${plan.length} ${world.kind}: ${fault.name} (${((since - begun) / 1_000).toFixed(1)} s), back after ` +
          `${(back / 1_000).toFixed(2)} s; ${world.scene.ledger.acknowledged} acknowledged`,
      );
      for (const failure of record.failures.slice(failed)) say(`  ${failure}`);
    } catch (error) {
      record.failures.push(`could not be done: ${error instanceof Error ? error.message : String(error)}`);
      say(`${++done}/${plan.length} ${fault.name}: ${String(error)}`);
      await world.recover();
    }
    if ((done % checkEvery === 0 || done === plan.length) && !(await world.checkpoint())) {
      say(`the promise is broken after ${fault.name}, the fault ${done} of ${plan.length}`);
      return false;
    }
  }
  return true;
}
