import { expect, it } from 'vitest';
import { bus } from '@/lib/bus';
import { pool } from '@/lib/db';
import { writeMessages } from '../../factories';
import { createPerson } from '../../harness/people';
import { inWorld } from './world';

const world = inWorld();

it('an edit whose connection is lost is unavailable, and its room is compared with the database', async () => {
  const anna = await createPerson();
  const room = await world.room(anna);
  await writeMessages(room, [{ author: anna, body: 'as it was' }]);
  const client = await world.client('REST', anna);
  const heard: number[] = [];
  const stop = bus().subscribe((event) => void (event.type === 'room:uncertain' && heard.push(event.roomId)));

  const holder = await pool().connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [room.id]);
    const edit = client.call('message:edit', { room: room.name, seq: 1, body: 'as it may be' });
    await expect
      .poll(async () => {
        const { rowCount } = await pool().query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rowCount;
      })
      .toBe(1);
    expect((await edit).error?.code).toBe('unavailable');
    expect(heard).toEqual([room.id]);
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
    stop();
  }
});
