import pg from 'pg';
import { migrate } from '@/lib/migrations';
import { createCrowd } from '../../tests/chaos/load/crowd';
import { undoAtExit } from '../../tests/chaos/leftovers';
import { signal } from '../../tests/chaos/processes';
import { createDatabase } from '../../tests/harness/database';
import { freePort } from '../../tests/harness/free-port';
import { startProcess } from '../../tests/harness/server-process';
import { TEST_SETTINGS } from '../../tests/harness/settings';
import type { Protocol } from '../load/wire';
import type { Running, Subject } from './subject';

/** The service on a database of its own, which `fill` was given before. */
export interface RunningBeseda<World> extends Omit<Running, 'rooms'> {
  databaseUrl: string;
  world: World;
}

/**
 * Starts the service from the build, on a database of its own.
 *
 * @param admin URL of a database whose user may make others
 * @param rateLimits whether its limits are in force
 * @param fill puts something into the migrated, empty database; `secret` is what tokens are encrypted with
 * @param settings further ones
 */
export async function startBeseda<World>(
  admin: string,
  rateLimits: 'on' | 'off',
  fill: (client: pg.Client, secret: string) => Promise<World>,
  settings: Record<string, string> = {},
): Promise<RunningBeseda<World>> {
  const database = await createDatabase(admin);
  await migrate(database.url);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const world = await fill(client, TEST_SETTINGS.NEXTAUTH_SECRET);
  await client.end();
  const inspectorPort = await freePort();
  const server = await startProcess({
    database: database.url,
    env: { RATE_LIMITS: rateLimits, ...settings },
    // For profiles: BENCH_SERVER_ARGV="--cpu-prof --cpu-prof-dir=/tmp/profiles"
    nodeArguments: [`--inspect-port=127.0.0.1:${inspectorPort}`, ...(process.env.BENCH_SERVER_ARGV?.split(' ') ?? [])],
  });
  const forget = undoAtExit(() => signal(server.pid, 'SIGKILL'));
  return {
    pid: server.pid,
    port: server.port,
    inspectorPort,
    databaseUrl: database.url,
    world,
    async stop() {
      await server.stop();
      forget();
      await database.drop();
    },
  };
}

const beseda = (protocol: Protocol, rateLimits: 'on' | 'off'): Subject => ({
  name: `Beseda, ${protocol}`,
  protocol,
  hasPages: true,
  async start(admin, size) {
    const { world, ...running } = await startBeseda(admin, rateLimits, (client, secret) =>
      createCrowd(client, secret, size),
    );
    return { ...running, rooms: world };
  },
});

/** The service itself, from the build, as its users run it but for its limits: accounts, sessions and memberships are real. */
export const BESEDA_SUBJECTS = [beseda('WebSocket', 'off'), beseda('Socket.IO', 'off')] as const;

/** The same with its limits, which are a part of how it defends itself. */
export const LIMITED_SUBJECTS = [beseda('WebSocket', 'on'), beseda('Socket.IO', 'on')] as const;
