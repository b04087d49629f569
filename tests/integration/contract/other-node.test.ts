import type { PoolClient } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { bus } from '@/lib/bus';
import { pool } from '@/lib/db';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld } from './world';

/* What another node does to a room is done here by hand, and told to nobody: as if its word had not come yet. */

const world = inWorld();
let anna: Person;
let boris: Person;

beforeAll(async () => {
  [anna, boris] = [await createPerson(), await createPerson()];
});

async function waiting(): Promise<number | null> {
  const { rowCount } = await pool().query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount;
}

/** Changes a room in one transaction, whose commit comes once a message waits for the room. */
async function whileHeld<T>(roomId: number, change: (client: PoolClient) => Promise<unknown>, send: () => Promise<T>) {
  const client = await pool().connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [roomId]);
    await change(client);
    const sent = send();
    await expect.poll(waiting).toBe(1);
    await client.query('COMMIT');
    return await sent;
  } finally {
    client.release();
  }
}

const remove =
  (roomId: number, { id }: Person) =>
  async (client: Pick<PoolClient, 'query'>) => {
    await client.query('UPDATE memberships SET removed_at = now() WHERE room_id = $1 AND user_id = $2', [roomId, id]);
    await client.query('UPDATE chats SET closings = closings + 1 WHERE id = $1', [roomId]);
  };

async function stored(roomId: number): Promise<string[]> {
  const sql = 'SELECT body FROM messages WHERE room_id = $1 ORDER BY seq';
  return (await pool().query<{ body: string }>(sql, [roomId])).rows.map(({ body }) => body);
}

describe('a message that waits for its room', () => {
  it(
    'keeps its place among those of its author, however many others another node removes',
    { timeout: 30_000 },
    async () => {
      const others = await Promise.all(Array.from({ length: 30 }, () => createPerson()));
      const room = await world.room(anna, ...others);
      const client = await world.client('Socket.IO', anna);
      await client.call('room:join', { room: room.name });
      const holder = await pool().connect();
      const over = new AbortController();
      const removing = (async () => {
        for (const other of others) {
          await holder.query('BEGIN');
          await holder.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [room.id]);
          await remove(room.id, other)(holder);
          await new Promise((resolve) => setTimeout(resolve, 5));
          await holder.query('COMMIT');
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        over.abort();
      })();
      const sent: Promise<{ ok: boolean; message?: unknown }>[] = [];
      while (!over.signal.aborted) {
        sent.push(client.call('message:send', { room: room.name, body: String(sent.length) }));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await removing;
      holder.release();
      expect((await Promise.all(sent)).filter(({ ok }) => !ok)).toEqual([]);
      expect(await stored(room.id)).toEqual(sent.map((_, index) => String(index)));
    },
  );

  it('is refused where another node has removed its author meanwhile', async () => {
    const room = await world.room(anna, boris);
    const client = await world.client('Socket.IO', boris);
    await client.call('room:join', { room: room.name });
    const answer = await whileHeld(room.id, remove(room.id, boris), () =>
      client.call('message:send', { room: room.name, body: 'too late' }),
    );
    expect(answer.error?.code).toBe('forbidden');
    expect(await stored(room.id)).toEqual([]);
  });

  it('is stored where another node has removed somebody else meanwhile', async () => {
    const room = await world.room(anna, boris);
    const client = await world.client('Socket.IO', anna);
    await client.call('room:join', { room: room.name });
    const answer = await whileHeld(room.id, remove(room.id, boris), () =>
      client.call('message:send', { room: room.name, body: 'in time' }),
    );
    expect(answer).toMatchObject({ ok: true, message: { seq: 1 } });
    expect(await stored(room.id)).toEqual(['in time']);
  });

  it('is answered as stored where its first try went to another node', async () => {
    const room = await world.room(anna, boris);
    const client = await world.client('Socket.IO', anna);
    const clientMessageId = '0d5a1f5e-9a39-4f5e-8f43-0c7c2f1f7a11';
    const store = async (holder: PoolClient) => {
      await holder.query('UPDATE chats SET last_seq = 1, revision = 1 WHERE id = $1', [room.id]);
      await holder.query(
        `INSERT INTO messages (room_id, seq, revision, author_id, body, client_message_id)
         VALUES ($1, 1, 1, $2, 'once', $3)`,
        [room.id, anna.id, clientMessageId],
      );
    };
    const answer = await whileHeld(room.id, store, () =>
      client.call('message:send', { room: room.name, body: 'once', clientMessageId }),
    );
    expect(answer).toMatchObject({ ok: true, message: { seq: 1, clientMessageId } });
    expect(await stored(room.id)).toEqual(['once']);
  });
});

async function joinSocketIo(url: string, room: string, token: string): Promise<SocketIoClient> {
  const client = await SocketIoClient.connect(url, token);
  await client.call('room:join', { room });
  return client;
}

it.each(['Socket.IO', 'plain WebSocket'] as const)(
  'who was removed on another node hears over %s nothing that was said after it',
  async (transport) => {
    const room = await world.room(anna, boris);
    const speaker = await world.client('Socket.IO', anna);
    const connect =
      transport === 'Socket.IO' ? joinSocketIo : (...to: Parameters<typeof joinSocketIo>) => PlainSocket.join(...to);
    const removed = world.keep(await connect(world.url, room.name, boris.token));
    await speaker.call('room:join', { room: room.name });
    await remove(room.id, boris)(pool());
    await speaker.call('message:send', { room: room.name, body: 'behind their back' });
    await speaker.facts.wait('messages:created');
    await removed.facts.wait('room:removed');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(removed.facts.of('messages:created')).toEqual([]);
    await speaker.facts.wait('member:removed');
  },
);

describe('word of a removal from another node', () => {
  it('changes nothing for who was let in again meanwhile', async () => {
    const room = await world.room(anna, boris);
    const speaker = await world.client('Socket.IO', anna);
    const member = world.keep(await joinSocketIo(world.url, room.name, boris.token));
    const { id, username } = boris;
    bus().publish({ type: 'member:removed', roomId: room.id, room: room.name, user: { id, username } }, 'another node');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await speaker.call('message:send', { room: room.name, body: 'still for both' });
    await member.facts.wait('messages:created');
    expect(member.facts.of('room:removed')).toEqual([]);
  });

  it(
    'is over for a list of rooms, too, once its user was let in again, though nobody said so',
    { timeout: 30_000 },
    async () => {
      const room = await world.room(anna, boris);
      const speaker = await world.client('Socket.IO', anna);
      const list = world.keep(await SocketIoClient.connect(world.url, boris.token));
      const { id, username } = boris;
      await remove(room.id, boris)(pool());
      bus().publish(
        { type: 'member:removed', roomId: room.id, room: room.name, user: { id, username } },
        'another node',
      );
      await list.facts.wait('room:removed');
      await speaker.call('message:send', { room: room.name, body: 'while they are away' });
      await pool().query('UPDATE memberships SET removed_at = NULL WHERE room_id = $1 AND user_id = $2', [room.id, id]);
      await expect
        .poll(
          async () => {
            await speaker.call('message:send', { room: room.name, body: 'for both' });
            return list.facts.of('room:activity').some(({ roomId }) => roomId === room.id);
          },
          { timeout: 20_000, interval: 1_000 },
        )
        .toBe(true);
    },
  );
});
