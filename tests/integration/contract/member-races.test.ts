import { beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '@/lib/auth/credentials';
import { dispatch, prepare } from '@/lib/chat/commands';
import type { Actor } from '@/lib/contracts/actor';
import type { Message } from '@/lib/contracts/entities';
import { pool } from '@/lib/db';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
let owner: Actor;
let guest: Actor;
beforeAll(async () => {
  [anna, boris] = await Promise.all([createPerson(), createPerson()]);
  const actorOf = ({ token }: Person) => authenticate({ kind: 'bearer', token });
  [owner, guest] = await Promise.all([actorOf(anna), actorOf(boris)]);
});

const expel = (room: string) => dispatch(owner, 'member:remove', { room, username: boris.username });
const said = async (roomId: number) =>
  (
    await pool().query<{ body: string }>('SELECT body FROM messages WHERE room_id = $1 ORDER BY seq', [roomId])
  ).rows.map(({ body }) => body);

describe('a command that was let in before its caller was removed', () => {
  it.each([
    ['message:send', { body: 'too late' }],
    ['message:edit', { seq: 1, body: 'too late' }],
    ['message:delete', { seq: 1 }],
    ['message:list', {}],
    ['message:list', { since: 0 }],
    ['room:join', {}],
    ['room:join', { since: 0 }],
    ['room:read', { seq: 1 }],
    ['room:get', {}],
    ['member:list', {}],
    ['member:add', { username: 'boris' }],
  ] as const)('%s %j: is refused, and changes nothing', async (name, more) => {
    for (const [makeRoom, code] of [
      [() => world.room(anna, boris), 'forbidden'],
      [() => world.privateRoom(anna, boris), 'not_found'],
    ] as const) {
      const room = await makeRoom();
      await dispatch(guest, 'message:send', { room: room.name, body: 'in time' });
      const named = 'username' in more ? { username: boris.username } : {};
      // In a private room one who is no owner is not even let in to add somebody.
      if (name === 'member:add' && code === 'not_found') continue;
      const run = await prepare(guest, name, { room: room.name, ...more, ...named });
      await expel(room.name);
      await expect(run()).rejects.toMatchObject({ code });
      expect(await said(room.id)).toEqual(['in time']);
      expect((await dispatch(owner, 'member:list', { room: room.name })).members).toHaveLength(1);
    }
  });

  it('does not let in who was on the way while the room became private', async () => {
    const room = await world.room(anna);
    const run = await prepare(guest, 'room:join', { room: room.name });
    await dispatch(owner, 'room:update', { room: room.name, visibility: 'private' });
    await expect(run()).rejects.toMatchObject({ code: 'not_found' });
    expect((await dispatch(owner, 'member:list', { room: room.name })).members).toHaveLength(1);
  });
});

it('a message that its author’s leaving overtakes is stored as if sent after it: that makes them a member again', async () => {
  const room = await world.room(anna, boris);
  const run = await prepare(guest, 'message:send', { room: room.name, body: 'overtaken' });
  await dispatch(guest, 'member:remove', { room: room.name, username: boris.username });
  expect((await run()).message).toMatchObject({ seq: 1, body: 'overtaken' });
  expect((await dispatch(owner, 'member:list', { room: room.name })).members).toHaveLength(2);

  const closed = await world.privateRoom(anna, boris);
  const refused = await prepare(guest, 'message:send', { room: closed.name, body: 'overtaken' });
  await dispatch(guest, 'member:remove', { room: closed.name, username: boris.username });
  await expect(refused()).rejects.toMatchObject({ code: 'not_found' });
});

it('a message for a room that is gone makes nobody a member of another that has got its name', async () => {
  const { name } = await world.room(anna, boris);
  const run = await prepare(guest, 'message:send', { room: name, body: 'too late' });
  await dispatch(owner, 'room:delete', { room: name });
  const other = await dispatch(owner, 'room:create', { name });
  await expect(run()).rejects.toMatchObject({ code: 'not_found' });
  expect((await dispatch(owner, 'member:list', { room: name })).members).toHaveLength(1);
  expect(await said(other.room.id)).toEqual([]);
});

const messagesIn = (facts: { payload: Record<string, unknown> }[]) =>
  facts.flatMap(({ payload }) => ('messages' in payload ? (payload.messages as Message[]) : []));

describe('a removal while everybody talks', () => {
  it('is the end: nothing is heard, read or stored after its answer', async () => {
    const room = await world.privateRoom(anna, boris);
    const { name } = room;
    const sender = world.keep(await SocketIoClient.connect(world.url, anna.token));
    const [here, reader] = await Promise.all(
      [0, 1].map(async () => world.keep(await SocketIoClient.connect(world.url, boris.token))),
    );
    if (!here || !reader) throw new Error('two clients');
    await here.call('room:join', { room: name });
    const plain = world.keep(await PlainSocket.join(world.url, name, boris.token));
    let over = false;
    let removedAt = Number.POSITIVE_INFINITY;
    const late: string[] = [];
    const talk = async (body: string, client: SocketIoClient) => {
      for (let n = 0; !over; n++) {
        const { ok, error } = await client.call('message:send', { room: name, body: `${body} ${n}` });
        if (!ok) return error?.code;
      }
      return 'ok';
    };
    const look = async (command: string, more: object) => {
      while (!over) {
        const asked = performance.now();
        const { ok, messages } = await reader.call(command, { room: name, ...more });
        if (ok && asked > removedAt) late.push(`${command} answered ${messages?.length} messages`);
        if (!ok) return;
      }
    };
    const talking = [talk('anna', sender), talk('boris', here)];
    const looking = [look('message:list', {}), look('message:list', { since: 0 }), look('room:join', { since: 0 })];
    await new Promise((resolve) => setTimeout(resolve, 400));
    await expel(name);
    removedAt = performance.now();
    const { room: then } = await dispatch(owner, 'room:get', { room: name });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    over = true;
    expect(await Promise.all(talking)).toEqual(['ok', 'not_found']);
    await Promise.all(looking);
    expect(late).toEqual([]);

    const { messages } = await dispatch(owner, 'message:list', { room: name, after: then.lastSeq, limit: 200 });
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.filter(({ author }) => author?.id === boris.id)).toEqual([]);
    for (const { facts } of [here, reader, plain]) {
      const end = facts.all.findIndex((fact) => fact.name === 'room:removed');
      expect(end).toBeGreaterThanOrEqual(0);
      expect(facts.all.slice(end + 1).filter((fact) => 'roomId' in fact.payload || 'room' in fact.payload)).toEqual([]);
      expect(Math.max(0, ...messagesIn(facts.all).map(({ seq }) => seq))).toBeLessThanOrEqual(then.lastSeq);
    }
    expect((await plain.closed).code).toBe(4403);
  });
});
