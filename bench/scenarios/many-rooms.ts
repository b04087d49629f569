import type { Options } from '../options';
import { findBorne, wants, type Turn } from './turn';

export const MANY_ROOMS = { rooms: 200, perRoom: 10 };

/** Milliseconds at p99, up to which a server bears a rate. */
const P99 = 150;
/** Messages a second where the search begins. */
const START = 500;
const WARM_UP = { perSecond: 400, seconds: 2 };
/** How much more than it bears a server is asked. */
const OVERLOAD = 3;

/** Whether any of this world's scenarios was asked for. */
export function wantsManyRooms(options: Options): boolean {
  return wants(options, 'rooms') || wants(options, 'overload');
}

/** A subject's turn with two hundred rooms of ten. */
export async function measureManyRooms(turn: Turn): Promise<void> {
  const { stage, options, results } = turn;
  const { name } = stage.subject;
  await stage.run(WARM_UP.perSecond, WARM_UP.seconds);
  const borne = await findBorne(turn, 'rooms', P99, START);
  results.add('rooms', name, {
    'messages/s': borne ? borne.run.acknowledged / options.seconds : 0,
    p99: borne?.run.delivery.p99 ?? Number.NaN,
    'acknowledged p99': borne?.run.acknowledgement.p99 ?? Number.NaN,
    'load generator, % of a core': (borne?.run.load ?? 0) * 100,
  });
  if (!borne || !wants(options, 'overload')) return;
  const run = await stage.run(borne.rate * OVERLOAD, options.seconds);
  results.check(name, run, false);
  const refused = run.refused.reduce((sum, [, count]) => sum + count, 0);
  results.add('overload', name, {
    'offered/s': borne.rate * OVERLOAD,
    'acknowledged/s': run.acknowledged / run.seconds,
    'delivered p99': run.delivery.p99,
    'acknowledged p99': run.acknowledgement.p99,
    'refused, %': (refused / run.offered) * 100,
    'unanswered, %': (run.unanswered / run.offered) * 100,
    'connections lost': run.lost.reduce((sum, [, count]) => sum + count, 0),
  });
  for (const [code, count] of [...run.refused, ...run.lost]) results.note(`overload: ${name}: ${code} × ${count}`);
}
