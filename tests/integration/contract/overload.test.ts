import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { authenticate } from '@/lib/auth/credentials';
import { dispatch } from '@/lib/chat/commands';
import { writer } from '@/lib/chat/writer';
import { pool } from '@/lib/db';
import { lockTable } from '../../harness/lock';
import { createPerson } from '../../harness/people';
import { inWorld } from './world';

const world = inWorld();

it('more messages than can be stored soon are refused with a time, while a removal is taken and all that was taken is stored', async () => {
  const [anna, boris] = await Promise.all([createPerson(), createPerson()]);
  const room = await world.room(anna, boris);
  const [owner, guest] = await Promise.all([anna, boris].map(({ token }) => authenticate({ kind: 'bearer', token })));
  if (!owner || !guest) throw new Error('two people');
  // Locked in the table that only storing asks: a removal is let in.
  const unlock = await lockTable('messages');
  const author = { id: guest.id, username: guest.username };
  const sent = Promise.allSettled(
    Array.from({ length: 6_000 }, (_, index) =>
      writer().write({ room, author, body: String(index), clientMessageId: null }),
    ),
  );
  const removal = dispatch(owner, 'member:remove', { room: room.name, username: boris.username });
  await sleep(200);
  await unlock();
  const outcomes = await sent;
  expect(await removal).toEqual({});
  const last = outcomes.at(-1);
  expect(last?.status === 'rejected' && last.reason).toMatchObject({
    code: 'unavailable',
    retryAfterMs: expect.any(Number) as number,
  });
  const stored = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.message.body] : []));
  expect(stored.length).toBeGreaterThan(256);
  const { rows } = await pool().query<{ body: string }>('SELECT body FROM messages WHERE room_id = $1 ORDER BY seq', [
    room.id,
  ]);
  expect(rows.map(({ body }) => body)).toEqual(stored);
});
