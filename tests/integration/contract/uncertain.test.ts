import type { PoolClient } from 'pg';
import { expect, it } from 'vitest';
import { authenticate } from '@/lib/auth/credentials';
import { dispatch } from '@/lib/chat/commands';
import { writer } from '@/lib/chat/writer';
import { pool } from '@/lib/db';
import { writeMessages } from '../../factories';
import { createPerson } from '../../harness/people';
import { inWorld } from './world';

const world = inWorld();

async function waiting(): Promise<number | null> {
  const { rowCount } = await pool().query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount;
}

/** Ends whoever waits for a lock: the answer to their statement is lost. */
async function cutWaiting(): Promise<void> {
  await expect
    .poll(async () => {
      const { rowCount } = await pool().query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rowCount;
    })
    .toBe(1);
}

/** Does something while another transaction holds a room, so that nothing can be written into it. */
async function holding<T>(roomId: number, work: (release: () => Promise<void>) => Promise<T>): Promise<T> {
  const holder: PoolClient = await pool().connect();
  let held = true;
  const release = async (): Promise<void> => {
    if (!held) return;
    held = false;
    await holder.query('ROLLBACK');
    holder.release();
  };
  try {
    await holder.query('BEGIN');
    // For longer than the service itself may.
    await holder.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await holder.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [roomId]);
    return await work(release);
  } finally {
    await release();
  }
}

async function stored(roomId: number): Promise<string[]> {
  const { rows } = await pool().query<{ body: string }>('SELECT body FROM messages WHERE room_id = $1 ORDER BY seq', [
    roomId,
  ]);
  return rows.map(({ body }) => body);
}

it('an edit whose connection is lost is unavailable, not tried again, and changes nothing', async () => {
  const anna = await createPerson();
  const room = await world.room(anna);
  await writeMessages(room, [{ author: anna, body: 'as it was' }]);
  const client = await world.client('REST', anna);
  await holding(room.id, async () => {
    const edit = client.call('message:edit', { room: room.name, seq: 1, body: 'as it may be' });
    await cutWaiting();
    expect((await edit).error?.code).toBe('unavailable');
  });
  expect(await stored(room.id)).toEqual(['as it was']);
});

it('a message with an id outlasts the loss of its connection, and everyone in the room hears of it once', async () => {
  const [anna, boris] = [await createPerson(), await createPerson()];
  const room = await world.room(anna, boris);
  const sender = await world.client('Socket.IO', anna);
  const reader = await world.client('Socket.IO', boris);
  await reader.call('room:join', { room: room.name });
  const clientMessageId = '6a3b6f0e-5a5c-4a59-9d0a-3f6f0e5a5c4a';
  await holding(room.id, async (release) => {
    const send = sender.call('message:send', { room: room.name, body: 'once', clientMessageId });
    await cutWaiting();
    await release();
    expect(await send).toMatchObject({ ok: true, message: { seq: 1, body: 'once' } });
  });
  await reader.facts.wait('messages:created');
  await sender.call('message:send', { room: room.name, body: 'after' });
  await reader.facts.wait('messages:created', (fact) => JSON.stringify(fact).includes('"after"'));
  expect(await stored(room.id)).toEqual(['once', 'after']);
  const told = reader.facts
    .of('messages:created')
    .flatMap((fact) => (fact.messages as { body: string }[]).map((m) => m.body));
  expect(told).toEqual(['once', 'after']);
});

it('what is tried again stays in the order in which it was written, whatever was sent twice', async () => {
  const anna = await createPerson();
  const { name, id: roomId } = await world.room(anna);
  const actor = await authenticate({ kind: 'bearer', token: anna.token });
  const { room } = await dispatch(actor, 'room:get', { room: name });
  const ids = ['a', 'b', 'c', 'b'].map((body) => ({
    body,
    clientMessageId: `00000000-0000-4000-8000-00000000000${body}`,
  }));
  await holding(roomId, async (release) => {
    const writing = ids.map((draft) => writer().write({ room, author: anna, ...draft }));
    await cutWaiting();
    await release();
    const written = await Promise.all(writing);
    expect(written.map(({ message }) => message.seq)).toEqual([1, 2, 3, 2]);
  });
  expect(await stored(roomId)).toEqual(['a', 'b', 'c']);
});

it('a message without an id is not tried again: it would be stored twice if it had been', async () => {
  const anna = await createPerson();
  const room = await world.room(anna);
  const client = await world.client('plain WebSocket', anna);
  await holding(room.id, async (release) => {
    const send = client.call('message:send', { room: room.name, body: 'perhaps' });
    await cutWaiting();
    expect((await send).error).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) as number });
    await release();
  });
  expect(await stored(room.id)).toEqual([]);
});

it('a statement that PostgreSQL is still at when we gave up on it never commits behind our back', async () => {
  const [anna, boris] = [await createPerson(), await createPerson()];
  const room = await world.room(anna, boris);
  const sender = await world.client('Socket.IO', anna);
  const reader = await world.client('plain WebSocket', boris);
  await reader.call('message:list', { room: room.name });
  const clientMessageId = 'b1b6f0e5-5a5c-4a59-8d0a-3f6f0e5a5c4b';
  const send = () => sender.call('message:send', { room: room.name, body: 'blocked', clientMessageId });
  await holding(room.id, async () => {
    expect((await send()).error).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) as number });
    // Gone by our doing: PostgreSQL’s own statement timeout comes a second later.
    await expect.poll(waiting, { timeout: 800 }).toBe(0);
  });
  expect(await stored(room.id)).toEqual([]);
  expect(await send()).toMatchObject({ ok: true, message: { seq: 1, revision: 1 } });
  expect(await stored(room.id)).toEqual(['blocked']);
});

it('what was committed and never published is told within seconds', async () => {
  const [anna, boris] = [await createPerson(), await createPerson()];
  const room = await world.room(anna, boris);
  const reader = await world.client('Socket.IO', boris);
  await reader.call('room:join', { room: room.name });
  await writeMessages(room, [{ author: anna, body: 'by another way' }]);
  const fact = await reader.facts.wait('messages:created', () => true, 10_000);
  expect(fact.messages).toMatchObject([{ seq: 1, revision: 1, body: 'by another way' }]);
});

it('a room that went and was not told of is noticed within seconds', async () => {
  const [anna, boris] = [await createPerson(), await createPerson()];
  const room = await world.room(anna, boris);
  const reader = await world.client('Socket.IO', boris);
  await reader.call('room:join', { room: room.name });
  await pool().query('DELETE FROM chats WHERE id = $1', [room.id]);
  expect(await reader.facts.wait('room:deleted', () => true, 10_000)).toEqual({ room: room.name, roomId: room.id });
});
