import { costed, findBorne, type Turn } from './turn';

/** Enough for everybody to have neighbours on each node. */
export const NODES_SIZE = { rooms: 200, perRoom: 10 };

/** Messages a second at which all of them are far from their limit: what one costs is compared there. */
const RATE = 1_000;
/** Milliseconds at p99, up to which a service bears a rate. */
const P99 = 150;

/** A subject's turn of {@link NODES_SIZE}, with members of each room on all nodes. */
export async function measureNodes(turn: Turn): Promise<void> {
  const { stage, options, results } = turn;
  const { name } = stage.subject;
  await stage.run(RATE, 2);
  const { run, used } = await costed(turn, RATE, options.seconds);
  results.check(name, run, true);
  const perMessage = (seconds: number) => (seconds / run.acknowledged) * 1e6;
  const borne = await findBorne(turn, 'nodes', P99, RATE);
  results.add('nodes', name, {
    'nodes, µs of CPU': perMessage(used.server),
    'PostgreSQL, µs': perMessage(used.database),
    'Redis, µs': perMessage(used.redis),
    'all, µs': perMessage(used.server + used.database + used.redis),
    p50: run.delivery.p50,
    p99: run.delivery.p99,
    'most/s': borne ? borne.run.acknowledged / options.seconds : 0,
  });
}
