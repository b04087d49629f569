import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startEmbedded } from '@/lib/embedded';
import { log } from '@/lib/log';
import { migrate } from '@/lib/migrations';
import { undoAtExit } from '../chaos/leftovers';
import { signal } from '../chaos/processes';
import { createDataDir } from '../harness/data-dir';
import { startProcess, type RunningServer } from '../harness/server-process';
import { buildAll, isFresh } from '../../scripts/build.mjs';

const noteSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stall'), at: z.number(), milliseconds: z.number(), own: z.number() }),
  z.object({ kind: z.literal('memory'), at: z.number(), bytes: z.number() }),
]);
type Note = z.infer<typeof noteSchema>;

/** A server of the build on a PostgreSQL of its own, and what can be seen of it from outside. */
export interface Ground {
  server: RunningServer;
  /** what its monitor has written so far */
  notes(): Note[];
  /** @returns bytes that its main thread holds after a collection @throws Error when it does not say in time */
  memory(): Promise<number>;
  /** @returns connections to its port that it has not closed, as the kernel has them */
  connections(): number;
  end(): Promise<void>;
}

/** Rows of `/proc/net/tcp` (proc(5)): number, local address:port, remote address:port, state, where 01 is ESTABLISHED and 08 CLOSE_WAIT. */
function established(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const row = new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} \\S+ 0[18] `, 'gm');
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => existsSync(path));
  return tables.reduce((sum, path) => sum + (readFileSync(path, 'utf8').match(row)?.length ?? 0), 0);
}

/** Lays the ground: builds what is stale, starts PostgreSQL in a folder of its own, and the server on any free port. */
export async function layGround(): Promise<Ground> {
  if (!process.env.TEST_SKIP_BUILD && !isFresh()) await buildAll();
  log.level = 'silent';
  const { path, remove } = await createDataDir();
  const embedded = await startEmbedded(path);
  await migrate(embedded.url);
  const file = join(path, 'monitor.jsonl');
  const server = await startProcess({
    database: embedded.url,
    dataDir: path,
    nodeArguments: ['--expose-gc', '--import', join(import.meta.dirname, 'monitor.mjs')],
    // A mail server that never answers: letters must not matter to anybody.
    env: { FUZZ_MONITOR_FILE: file, SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'fuzz@example.org' },
  });
  void server.ended.then(undoAtExit(() => signal(server.pid, 'SIGKILL')));

  const notes = () =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => noteSchema.parse(JSON.parse(line)))
      : [];
  const memories = () => notes().flatMap((note) => (note.kind === 'memory' ? [note.bytes] : []));

  return {
    server,
    notes,
    async memory() {
      const before = memories().length;
      signal(server.pid, 'SIGUSR2');
      for (let tries = 0; tries < 200; tries++) {
        const bytes = memories()[before];
        if (bytes !== undefined) return bytes;
        await sleep(50);
      }
      throw new Error('The server does not say what memory it holds');
    },
    connections: () => established(server.port),
    async end() {
      if (!server.isOver()) await server.stop();
      await embedded.stop();
      await remove();
    },
  };
}
