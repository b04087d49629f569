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
import type { Running, Size, Subject } from './subject';

/** The service on a database of its own, which `fill` was given before. */
export interface RunningBeseda<World> extends Omit<Running, 'rooms'> {
  databaseUrl: string;
  world: World;
}

/**
 * Starts the service.
 *
 * @param admin URL of a database whose user may make others
 * @param fill writes what is there when it starts; gets a migrated database, and what tokens are encrypted with
 */
export async function startBeseda<World>(
  admin: string,
  fill: (client: pg.Client, secret: string) => Promise<World>,
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
    env: { RATE_LIMITS: 'off' },
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

async function start(admin: string, size: Size): Promise<Running> {
  const { world, ...running } = await startBeseda(admin, (client, secret) => createCrowd(client, secret, size));
  return { ...running, rooms: world };
}

const beseda = (protocol: Protocol): Subject => ({
  name: `Beseda, ${protocol}`,
  protocol,
  hasPages: true,
  start,
});

/** The service itself, from the build, as its users run it but for its limits: accounts, sessions and memberships are real. */
export const BESEDA_SUBJECTS = [beseda('WebSocket'), beseda('Socket.IO')] as const;
