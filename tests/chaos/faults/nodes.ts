import { nginxVersion } from '../../harness/nginx-version.mjs';
import { hasRedis } from '../../harness/redis';
import { pause } from '../actors/scene';
import type { World } from '../world';
import { choose, now, type Fault } from './fault';

/** Milliseconds that an orderly end may take. */
const STOP_WITHIN = 10_000;
/** Milliseconds that clients have to come back to another node. */
const RETURN = 2_500;

const missing = [!hasRedis && 'redis-server', !nginxVersion() && 'nginx'].filter((name) => name !== false);
const impossible = () => Promise.resolve(missing.length > 0 ? `not installed here: ${missing.join(', ')}` : undefined);

/** How often each of those who stay where they are had to connect. */
function connections(world: World): Map<string, number> {
  return new Map(
    world.cast.watchers.filter(({ isSteady }) => isSteady).map((each) => [each.identity.name, each.connections]),
  );
}

const rollingRestart: Fault = {
  name: 'rolling-restart',
  title: 'restart of three nodes, one after the other',
  quick: { nodes: 2 },
  full: { nodes: 20 },
  impossible,
  async inject(world) {
    const failures: string[] = [];
    for (const service of world.cluster.services) {
      const before = connections(world);
      const { code, signal, milliseconds } = await service.stop();
      if (code !== 0) failures.push(`SIGTERM ended a node with code ${code}, signal ${signal}`);
      if (milliseconds > STOP_WITHIN) failures.push(`SIGTERM took ${(milliseconds / 1_000).toFixed(1)} s`);
      await service.start();
      await pause(RETURN);
      const often = [...connections(world)].filter(([name, count]) => count - (before.get(name) ?? 0) > 1);
      if (often.length > 0) failures.push(`${often.length} had to connect more than once, such as ${often[0]?.[0]}`);
    }
    return now(failures);
  },
};

const killNode: Fault = {
  name: 'kill-node',
  title: 'kill -9 of one of three nodes',
  quick: { nodes: 1 },
  full: { nodes: 10 },
  impossible,
  async inject(world, random) {
    const service = choose(world.cluster.services, random);
    await service.kill();
    await pause(random() * 500);
    await service.start();
    return now();
  },
};

const pauseNode: Fault = {
  name: 'pause-node',
  title: 'SIGSTOP of one of three nodes, 0.5–4 s',
  quick: { nodes: 1 },
  full: { nodes: 5 },
  impossible,
  async inject(world, random) {
    const service = choose(world.cluster.services, random);
    service.signal('SIGSTOP');
    await pause(500 + random() * 3_500);
    service.signal('SIGCONT');
    return now();
  },
};

const killRedis: Fault = {
  name: 'kill-redis',
  title: 'kill -9 of Redis, away for 0–3 s',
  quick: { nodes: 1 },
  full: { nodes: 5 },
  impossible,
  async inject(world, random) {
    await world.cluster.redis.kill();
    await pause(random() * 3_000);
    await world.cluster.redis.start();
    return now();
  },
};

const pauseRedis: Fault = {
  name: 'pause-redis',
  title: 'SIGSTOP of Redis, 0.5–6 s',
  quick: { nodes: 1 },
  full: { nodes: 5 },
  impossible,
  async inject(world, random) {
    world.cluster.redis.pause();
    await pause(500 + random() * 5_500);
    world.cluster.redis.resume();
    return now();
  },
};

const emptyRedis: Fault = {
  name: 'empty-redis',
  title: 'Redis emptied',
  quick: { nodes: 1 },
  full: { nodes: 5 },
  impossible,
  async inject(world) {
    await world.cluster.redis.command('FLUSHALL');
    return now();
  },
};

const cutRedis: Fault = {
  name: 'cut-redis',
  title: 'Redis unreachable for all nodes, in silence and then for all to see, 1–6 s',
  quick: { nodes: 1 },
  full: { nodes: 5 },
  impossible,
  async inject(world, random) {
    const { redisLine, redis } = world.cluster;
    for (const link of redisLine.links) link.swallow('toServer', 'toClient');
    await pause(random() * 3_000);
    redisLine.target = null;
    redisLine.cut();
    await pause(1_000 + random() * 2_000);
    redisLine.target = redis.port;
    return now();
  },
};

/** What happens to several nodes, and to what they tell each other through. */
export const NODE_FAULTS: readonly Fault[] = [
  rollingRestart,
  killNode,
  pauseNode,
  killRedis,
  pauseRedis,
  emptyRedis,
  cutRedis,
];
