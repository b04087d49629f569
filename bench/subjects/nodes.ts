import { createCrowd } from '../../tests/chaos/load/crowd';
import { undoAtExit } from '../../tests/chaos/leftovers';
import { signal } from '../../tests/chaos/processes';
import { startRedis } from '../../tests/harness/redis';
import { startProcess } from '../../tests/harness/server-process';
import { startBeseda } from './beseda';
import type { Subject } from './subject';

const SETTINGS = { RATE_LIMITS: 'off' } as const;

async function startNode(database: string, redis: string) {
  const server = await startProcess({ database, env: { ...SETTINGS, REDIS_URL: redis } });
  return { server, forget: undoAtExit(() => signal(server.pid, 'SIGKILL')) };
}

const nodes = (count: number): Subject => ({
  name: `${count} node${count > 1 ? 's' : ''}, Redis`,
  protocol: 'WebSocket',
  hasPages: true,
  async start(admin, size) {
    const redis = await startRedis();
    const settings = { REDIS_URL: redis.url };
    const fill = (...[client, secret]: Parameters<Parameters<typeof startBeseda>[2]>) =>
      createCrowd(client, secret, size);
    const { world, databaseUrl, ...first } = await startBeseda(admin, SETTINGS.RATE_LIMITS, fill, settings);
    const others: Awaited<ReturnType<typeof startNode>>[] = [];
    while (others.length < count - 1) others.push(await startNode(databaseUrl, redis.url));
    return {
      ...first,
      rooms: world,
      others: others.map(({ server: { pid, port } }) => ({ pid, port })),
      redis: redis.pid,
      async stop() {
        for (const { server, forget } of others) {
          await server.stop();
          forget();
        }
        await first.stop();
        await redis.stop();
      },
    };
  },
});

/** The service as one, two and three processes on one database, which hear of each other through Redis. */
export const NODE_SUBJECTS = [nodes(1), nodes(2), nodes(3)] as const;
