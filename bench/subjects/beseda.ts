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

async function start(admin: string, size: Size): Promise<Running> {
  const database = await createDatabase(admin);
  await migrate(database.url);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const rooms = await createCrowd(client, TEST_SETTINGS.NEXTAUTH_SECRET, size);
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
    rooms,
    async stop() {
      await server.stop();
      forget();
      await database.drop();
    },
  };
}

const beseda = (protocol: Protocol): Subject => ({
  name: `Beseda, ${protocol}`,
  protocol,
  hasPages: true,
  start,
});

/** The service itself, from the build, as its users run it but for its limits: accounts, sessions and memberships are real. */
export const BESEDA_SUBJECTS = [beseda('WebSocket'), beseda('Socket.IO')] as const;
