import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { createPerson } from '../../harness/people';
import { canTest, onStage } from './stage';

const stage = onStage(2);

/** A statement that waits until somebody lets go. */
async function waiting(): Promise<number | null> {
  const { rowCount } = await pool().query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount;
}

it.skipIf(!canTest)(
  'a node that stands still in the middle of a change does not keep the others from writing',
  { timeout: 60_000 },
  async () => {
    const anna = await createPerson();
    const [room, other] = [await stage.room(anna), await stage.room(anna)];
    const frozen = await stage.connect(0, anna);
    await frozen.call('message:send', { room: room.name, body: 'to be edited' });
    const holder = await pool().connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM messages WHERE room_id = $1 FOR UPDATE', [room.id]);
    const editing = frozen.call('message:edit', { room: room.name, seq: 1, body: 'edited' });
    await expect.poll(waiting).toBe(1);
    // By now it holds the room. It gets the message too, and never says another word.
    const node = stage.nodes[0];
    if (node) process.kill(node.pid, 'SIGSTOP');
    await holder.query('COMMIT');
    holder.release();

    const speaker = await stage.connect(1, anna);
    for (const { name } of [room, other]) {
      const clientMessageId = randomUUID();
      const send = async () => (await speaker.call('message:send', { room: name, body: 'on', clientMessageId })).ok;
      await expect.poll(send, { timeout: 10_000, interval: 500 }).toBe(true);
    }
    if (node) process.kill(node.pid, 'SIGCONT');
    expect((await editing).error?.code ?? 'ok').toMatch(/^(?:ok|unavailable)$/);
  },
);
