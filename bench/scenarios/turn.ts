import type { Run } from '../load/orders';
import type { Options, Scenario } from '../options';
import type { Cpu, Stage } from '../subjects/stage';
import { findMost, holds, type Search } from './capacity';
import type { Results } from './results';

/** Share of its core, and of the limit, from which on the load generator may be what a figure tells of. */
const BUSY = 0.9;
const LATE = 0.25;

/** One subject's turn in one round. */
export interface Turn {
  stage: Stage;
  options: Options;
  results: Results;
  /** what each subject bore in the last round, by scenario and subject: there the next search begins */
  known: Map<string, number>;
}

/** What a subject bore. */
export interface Borne {
  rate: number;
  run: Run;
}

/** Whether a scenario was asked for. */
export function wants({ only }: Options, scenario: Scenario): boolean {
  return only?.includes(scenario) ?? true;
}

/** Runs a measurement, and says what it used. */
export async function costed({ stage }: Turn, perSecond: number, seconds: number): Promise<{ run: Run; used: Cpu }> {
  const before = await stage.cpu();
  const run = await stage.run(perSecond, seconds);
  const after = await stage.cpu();
  const used = {
    server: after.server - before.server,
    database: after.database - before.database,
    redis: after.redis - before.redis,
  };
  return { run, used };
}

/**
 * Looks for the most messages a second that the subject bears.
 *
 * @param p99 milliseconds within which copies have to come
 * @param start messages a second, where nothing is known of the subject yet
 */
export async function findBorne(
  turn: Turn,
  scenario: Scenario | 'nodes',
  p99: number,
  start: number,
): Promise<Borne | null> {
  const { stage, options, results, known } = turn;
  const { name } = stage.subject;
  const key = `${scenario} ${name}`;
  const last = known.get(key);
  const search: Search = {
    start: last === undefined ? start : last * 0.8,
    factor: last === undefined ? 2 : 1.25,
    refine: options.quick ? 1 : last === undefined ? 3 : 1,
  };
  let busiest = 0;
  let latest = 0;
  const borne = await findMost(async (rate): Promise<Borne | null> => {
    const run = await stage.run(rate, options.seconds);
    const held = holds(run, p99);
    results.check(name, run, held);
    if (!held) {
      busiest = Math.max(busiest, run.load);
      latest = Math.max(latest, run.lateness.p99);
    }
    process.stderr.write(
      `  ${name}: ${rate.toFixed(0)}/s ${held ? 'held' : 'failed'}, ${run.acknowledged} of ${run.offered}, p99 ${run.delivery.p99.toFixed(0)} ms, load generator ${(run.load * 100).toFixed(0)} %\n`,
    );
    return held ? { rate, run } : null;
  }, search);
  if (busiest > BUSY || latest > p99 * LATE) {
    results.note(
      `${scenario}: where ${name} failed, the load generator used up to ${(busiest * 100).toFixed(0)} % of its core, and sent up to ${latest.toFixed(0)} ms late (p99): it may have been the limit.`,
    );
  }
  if (borne) known.set(key, borne.rate);
  return borne;
}
