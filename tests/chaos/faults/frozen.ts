import pg from 'pg';
import { pause } from '../actors/scene';
import { query } from '../database';
import { signal } from '../processes';
import type { World } from '../world';
import { choose, now, type Fault } from './fault';

/** Milliseconds: up to 3,000 in a quick run, otherwise up to 9,000, which is beyond what the service waits for. */
function aWhile(world: World, random: () => number): number {
  return 500 + (world.length === 'quick' ? 2_500 : 8_500) * random() ** 2;
}

/** The process behind the connection that messages are written on. */
async function writerBackend(world: World): Promise<number | undefined> {
  const rows = await query<{ pid: number }>(
    await world.database.url(),
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'beseda writer%'",
  );
  return rows[0]?.pid;
}

/** Freezes it while something else goes on, and lets it go on whatever comes of that. */
async function whileFrozen(world: World, meanwhile: () => Promise<void>): ReturnType<Fault['inject']> {
  const pid = await writerBackend(world);
  if (pid === undefined) return now(['the writer has no connection']);
  signal(pid, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    signal(pid, 'SIGCONT');
  }
  return now();
}

const frozenCommit: Fault = {
  name: 'frozen-commit',
  title: 'a commit that stands still in PostgreSQL, 0.5–9 s',
  quick: { given: 1 },
  full: { given: 15 },
  inject: (world, random) => whileFrozen(world, () => pause(aWhile(world, random))),
};

const frozenOrphan: Fault = {
  name: 'frozen-orphan',
  title: 'a commit that stands still, and ends after the server that asked for it was killed',
  quick: { given: 1 },
  full: { given: 15 },
  inject: (world, random) =>
    whileFrozen(world, async () => {
      await pause(50 + random() * 300);
      await world.service.kill();
      await world.service.start();
      await pause(random() * 1_500);
    }),
};

const heldRoom: Fault = {
  name: 'held-room',
  title: 'a room’s row locked by somebody else, 0.5–9 s',
  quick: { given: 1 },
  full: { given: 10 },
  async inject(world, random) {
    const room = choose(world.cast.rooms, random);
    const client = new pg.Client({ connectionString: await world.database.url(), application_name: 'chaos' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [room.id]);
      await pause(aWhile(world, random));
      await client.query('ROLLBACK');
    } finally {
      await client.end();
    }
    return now();
  },
};

/** What happens while a commit is under way. */
export const FROZEN_FAULTS: readonly Fault[] = [frozenCommit, frozenOrphan, heldRoom];
