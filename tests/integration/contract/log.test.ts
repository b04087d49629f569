import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { bus } from '@/lib/bus';
import type { Message } from '@/lib/contracts/entities';
import { Writer } from '@/lib/chat/writer';
import { pool } from '@/lib/db';
import { log } from '@/lib/log';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld } from './world';

const world = inWorld();
let people: Person[];
beforeAll(async () => {
  people = await Promise.all(Array.from({ length: 6 }, () => createPerson()));
});

function person(index: number): Person {
  const found = people[index % people.length];
  if (!found) throw new Error('Nobody was made yet');
  return found;
}
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function storedIn(roomId: number): Promise<{ seq: number; revision: number; body: string }[]> {
  return (
    await pool().query<{ seq: number; revision: number; body: string }>(
      'SELECT seq, revision, body FROM messages WHERE room_id = $1 ORDER BY seq',
      [roomId],
    )
  ).rows;
}

/** Revisions as one connection was told them, whatever the fact. */
function revisionsOf(fact: { name: string; payload: Record<string, unknown> }): number[] {
  if (fact.name === 'messages:created') return (fact.payload.messages as Message[]).map(({ revision }) => revision);
  if (fact.name === 'message:updated') return [(fact.payload.message as Message).revision];
  return [];
}

/** Fails where what one joining was told leaves out, repeats or turns round a revision. */
function expectContiguous(revisions: number[], from: number): void {
  expect(revisions).toEqual(revisions.map((_, index) => from + 1 + index));
}

describe('the log of a room', () => {
  it('is without a gap in seq and revision, as stored and as told, whoever writes, edits, deletes, joins and leaves', async () => {
    const room = await world.room(person(0), ...people.slice(1));
    const writers = await Promise.all(people.map((one) => SocketIoClient.connect(world.url, one.token)));
    let writing = true;
    const write = async (client: SocketIoClient, index: number) => {
      for (let n = 0; n < 40; n++) {
        const sent = await Promise.all(
          Array.from({ length: 1 + (n % 4) }, () =>
            client.call('message:send', { room: room.name, body: `${index}/${n}` }),
          ),
        );
        const seq = sent[0]?.message?.seq;
        if (n % 3 === 0) await client.call('message:edit', { room: room.name, seq, body: 'edited' });
        if (n % 7 === 0) await client.call('message:delete', { room: room.name, seq });
      }
    };

    /** Joins again and again, each time from where it stands; between joinings facts must continue the answer. */
    const follow = async (one: Person, patience: number) => {
      let at: number | undefined;
      const told: number[] = [];
      while (writing) {
        const client = await SocketIoClient.connect(world.url, one.token);
        const order: ({ joined: number } | { revisions: number[] })[] = [];
        client.socket.onAny((name: string, payload: Record<string, unknown>) => {
          const revisions = revisionsOf({ name, payload });
          if (revisions.length > 0) order.push({ revisions });
        });
        for (let n = 0; n < 3; n++) {
          await new Promise<void>((resolve) => {
            const input = { room: room.name, ...(at === undefined ? {} : { since: at }) };
            client.socket.emit(
              'room:join',
              input,
              (answer: { room: { revision: number }; messages: Message[]; hasMore: boolean }) => {
                if (at !== undefined && !answer.hasMore) {
                  for (const { revision } of answer.messages) expect(revision).toBeGreaterThan(at);
                  expect(answer.messages.at(-1)?.revision ?? at).toBe(answer.room.revision);
                }
                order.push({ joined: answer.room.revision });
                resolve();
              },
            );
          });
          await pause(patience);
          let last: number | undefined;
          for (const entry of order.splice(0)) {
            if ('joined' in entry) last = entry.joined;
            else if (last !== undefined) {
              expectContiguous(entry.revisions, last);
              last = entry.revisions.at(-1);
              told.push(...entry.revisions);
            }
          }
          at = last ?? at;
          if (n === 1) {
            await client.call('room:leave', { room: room.name });
            order.length = 0;
          }
        }
        await client.close();
      }
      return told;
    };

    const steady = await Promise.all(people.map((one) => PlainSocket.join(world.url, room.name, one.token)));
    const followers = Promise.all([follow(person(0), 1), follow(person(1), 20), follow(person(2), 70)]);
    await Promise.all(writers.map(write));
    await pause(150);
    writing = false;
    await followers;

    const { rows } = await pool().query<{ last_seq: number; revision: number }>(
      'SELECT last_seq, revision FROM chats WHERE id = $1',
      [room.id],
    );
    const { last_seq: lastSeq = 0, revision = 0 } = rows[0] ?? {};
    const stored = await storedIn(room.id);
    expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    expect(new Set(stored.map((message) => message.revision)).size).toBe(lastSeq);
    for (const { facts, frames } of steady) {
      const last = (message: Record<string, unknown>) =>
        revisionsOf({ name: 'messages:created', payload: message }).includes(revision);
      if (!facts.all.some((fact) => revisionsOf(fact).includes(revision))) await facts.wait('messages:created', last);
      const from = (frames[0]?.room as { revision: number }).revision;
      expectContiguous(facts.all.flatMap(revisionsOf), from);
    }
    await Promise.all([...writers, ...steady].map((client) => client.close()));
  }, 40_000);

  it('continues each answer at its revision, also where one connection joins without waiting', async () => {
    const room = await world.room(person(0), ...people.slice(1));
    const writer = await SocketIoClient.connect(world.url, person(0).token);
    const client = await SocketIoClient.connect(world.url, person(1).token);
    const writing = new AbortController();
    const written = (async () => {
      while (!writing.signal.aborted) await writer.call('message:send', { room: room.name, body: 'x' });
    })();
    let last: number | undefined;
    const wrong: string[] = [];
    client.socket.onAny((name: string, payload: Record<string, unknown>) => {
      const revisions = revisionsOf({ name, payload });
      if (revisions.length === 0 || last === undefined) return;
      if (revisions[0] !== last + 1) wrong.push(`${revisions[0]} after ${last}`);
      last = revisions.at(-1);
    });
    for (let n = 0; n < 25; n++) {
      await Promise.all(
        Array.from(
          { length: 4 },
          () =>
            new Promise<void>((resolve) => {
              client.socket.emit('room:join', { room: room.name }, (answer: { room: { revision: number } }) => {
                last = answer.room.revision;
                resolve();
              });
            }),
        ),
      );
      await pause(5);
    }
    writing.abort();
    await written;
    expect(wrong).toEqual([]);
    await Promise.all([writer.close(), client.close()]);
  }, 20_000);

  it('is told to all although the answer of a commit was lost', async () => {
    const room = await world.room(person(0));
    const plain = world.keep(await PlainSocket.join(world.url, room.name, person(0).token));
    bus().publish({ type: 'room:uncertain', roomId: room.id });
    await pause(200);
    // The commit goes through only after the room was compared: the connection was lost, PostgreSQL was not.
    await pool().query(
      `WITH c AS (UPDATE chats SET last_seq = 1, revision = 1 WHERE id = $1)
       INSERT INTO messages (room_id, seq, revision, author_id, body) VALUES ($1, 1, 1, $2, 'late')`,
      [room.id, person(0).id],
    );
    expect(await plain.facts.wait('messages:created')).toMatchObject({ messages: [{ seq: 1, body: 'late' }] });
  });
});

describe('the writer', () => {
  it('numbers what many write at once in many rooms without a gap, each in the order it was given', async () => {
    const rooms = await Promise.all(Array.from({ length: 12 }, () => world.room(person(0), ...people.slice(1))));
    const clients = await Promise.all(people.map((one) => SocketIoClient.connect(world.url, one.token)));
    const answers = await Promise.all(
      rooms.flatMap((room) =>
        clients.flatMap((client, index) =>
          Array.from({ length: 10 }, (_, n) => client.call('message:send', { room: room.name, body: `${index}/${n}` })),
        ),
      ),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    for (const room of rooms) {
      const stored = await storedIn(room.id);
      expect(stored.map(({ seq, revision }) => [seq, revision])).toEqual(
        Array.from({ length: 60 }, (_, index) => [index + 1, index + 1]),
      );
      for (let index = 0; index < clients.length; index++) {
        const own = stored.filter(({ body }) => body.startsWith(`${index}/`)).map(({ body }) => body);
        expect(own).toEqual(Array.from({ length: 10 }, (_, n) => `${index}/${n}`));
      }
      const acknowledged = answers.flatMap(({ message }) => (message?.roomId === room.id ? [message] : []));
      expect(acknowledged.sort((a, b) => a.seq - b.seq).map(({ seq, body }) => [seq, body])).toEqual(
        stored.map(({ seq, body }) => [seq, body]),
      );
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  it('stores one message for one clientMessageId, from whichever connections it comes at once', async () => {
    const room = await world.room(person(0));
    const sockets = await Promise.all(
      Array.from({ length: 4 }, () => PlainSocket.join(world.url, room.name, person(0).token)),
    );
    const clientMessageId = randomUUID();
    const answers = await Promise.all(
      sockets.flatMap((socket) =>
        [1, 2, 3].map((n) => socket.call('message:send', { body: `try ${n}`, clientMessageId })),
      ),
    );
    expect(new Set(answers.map(({ message }) => JSON.stringify(message))).size).toBe(1);
    expect(await storedIn(room.id)).toHaveLength(1);
    await pause(100);
    for (const { facts } of sockets) expect(facts.of('messages:created')).toHaveLength(1);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('does not let one draft that cannot be stored harm its neighbours', async () => {
    const [good, gone] = [await world.room(person(0)), await world.room(person(0))];
    const { rows } = await pool().query('SELECT 1 FROM chats WHERE id = $1', [gone.id]);
    expect(rows).toHaveLength(1);
    const room = (id: number, name: string) => ({
      id,
      name,
      topic: '',
      visibility: 'public' as const,
      owner: null,
      lastSeq: 0,
      revision: 0,
      createdAt: '',
    });
    const author = { id: person(0).id, username: person(0).username };
    const draft = (roomId: number, body: string, authorId = author.id) => ({
      room: room(roomId, 'x'),
      author: { ...author, id: authorId },
      body,
      clientMessageId: null,
    });
    await pool().query('DELETE FROM chats WHERE id = $1', [gone.id]);
    const writer = new Writer();
    const results = await Promise.allSettled([
      writer.write(draft(good.id, 'one')),
      writer.write(draft(gone.id, 'no such room')),
      writer.write(draft(good.id, 'bad\0body')),
      writer.write(draft(good.id, 'no such author', 2_000_000_000)),
      writer.write(draft(good.id, 'two')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'not_found' } });
    expect(await storedIn(good.id)).toMatchObject([
      { seq: 1, revision: 1, body: 'one' },
      { seq: 2, revision: 2, body: 'two' },
    ]);
  });

  it('neither stores twice nor stops when a listener of the bus fails', async () => {
    const room = await world.room(person(0));
    const client = await SocketIoClient.connect(world.url, person(0).token);
    const { level } = log;
    log.level = 'silent';
    const fails = vi.fn(() => {
      throw new Error('a listener failed');
    });
    const stop = bus().subscribe(fails);
    const answers = await Promise.all(
      ['one', 'two', 'three'].map((body) => client.call('message:send', { room: room.name, body })),
    );
    expect(fails).toHaveBeenCalled();
    stop();
    log.level = level;
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect((await client.call('message:send', { room: room.name, body: 'four' })).ok).toBe(true);
    expect((await storedIn(room.id)).map(({ body }) => body)).toEqual(['one', 'two', 'three', 'four']);
    await client.close();
  });

  it('lets a message be edited while its room is deleted', async () => {
    const room = await world.room(person(0));
    const client = await SocketIoClient.connect(world.url, person(0).token);
    await client.call('message:send', { room: room.name, body: 'one' });
    const connection = await pool().connect();
    try {
      // What the deletion of a room does, slowed down: its row first, its messages after.
      await connection.query('BEGIN');
      await connection.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [room.id]);
      const edited = client.call('message:edit', { room: room.name, seq: 1, body: 'two' });
      await pause(150);
      await connection.query('DELETE FROM chats WHERE id = $1', [room.id]);
      await connection.query('COMMIT');
      expect((await edited).error?.code).toBe('not_found');
    } finally {
      connection.release();
      await client.close();
    }
  });
});
