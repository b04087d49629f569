import { beforeAll, describe, expect, it } from 'vitest';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import { SocketIoClient } from '../../harness/socket-io-client';
import { PlainSocket } from '../../harness/plain-client';
import type { Answer } from '../../harness/answers';
import type { FactLog } from '../../harness/facts';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;

/** A connection that has joined one room, whichever way. */
interface InRoom {
  facts: FactLog;
  call(name: string, fields?: Record<string, unknown>): Promise<Answer>;
}

async function viaSocketIo(person: Person, room: string): Promise<InRoom> {
  const client = world.keep(await SocketIoClient.connect(world.url, person.token));
  expect((await client.call('room:join', { room })).ok).toBe(true);
  return { facts: client.facts, call: (name, fields = {}) => client.call(name, { room, ...fields }) };
}

async function viaPlain(person: Person, room: string): Promise<InRoom> {
  return world.keep(await PlainSocket.join(world.url, room, person.token));
}

/** Somebody connected by Socket.IO who has joined nothing. */
async function elsewhere(person: Person): Promise<SocketIoClient> {
  return world.keep(await SocketIoClient.connect(world.url, person.token));
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

beforeAll(async () => {
  [anna, boris] = await Promise.all([createPerson(), createPerson()]);
});

describe.each([
  ['Socket.IO', viaSocketIo],
  ['plain WebSocket', viaPlain],
])('facts over %s', (_transport, join) => {
  it('tells everyone in the room of a message, the sender too, and of its changes', async () => {
    const room = await world.room(anna, boris);
    const [mine, theirs] = await Promise.all([join(anna, room.name), join(boris, room.name)]);
    const { message } = await mine.call('message:send', { body: 'hi' });
    for (const { facts } of [mine, theirs]) {
      expect(await facts.wait('messages:created')).toEqual({ room: room.name, roomId: room.id, messages: [message] });
    }
    const edited = (await mine.call('message:edit', { seq: 1, body: 'ho' })).message;
    const deleted = (await mine.call('message:delete', { seq: 1 })).message;
    for (const { facts } of [mine, theirs]) {
      await facts.wait(
        'message:updated',
        (fact) => fact.message !== null && JSON.stringify(fact.message) === JSON.stringify(deleted),
      );
      expect(facts.of('message:updated')).toEqual([
        { room: room.name, roomId: room.id, message: edited },
        { room: room.name, roomId: room.id, message: deleted },
      ]);
    }
  });

  it('tells what is written over HTTP as well', async () => {
    const room = await world.room(anna, boris);
    const theirs = await join(boris, room.name);
    const sent = await request(world, `/api/v1/rooms/${room.name}/messages`, { as: anna, json: { body: 'by post' } });
    const { message } = (await sent.json()) as { message: unknown };
    expect(await theirs.facts.wait('messages:created')).toMatchObject({ messages: [message] });
  });

  it('tells who is here when one joins, then who comes and goes, per user', async () => {
    const room = await world.room(anna, boris);
    const mine = await join(anna, room.name);
    const here = await mine.facts.wait('presence');
    expect(here).toEqual({
      room: room.name,
      roomId: room.id,
      online: [{ id: anna.id, username: anna.username }],
      onlineCount: 1,
    });
    const user = { id: boris.id, username: boris.username };
    const first = await PlainSocket.join(world.url, room.name, boris.token);
    const second = await PlainSocket.join(world.url, room.name, boris.token);
    expect((await second.facts.wait('presence')).online).toContainEqual(user);
    const has = (key: 'joined' | 'left') => (fact: Record<string, unknown>) =>
      JSON.stringify(fact[key] ?? []).includes(`"id":${boris.id},`);
    await mine.facts.wait('presence', has('joined'));
    await first.close();
    await pause(900);
    expect(mine.facts.of('presence').filter(has('left'))).toEqual([]);
    await second.close();
    const left = await mine.facts.wait('presence', has('left'), 5_000);
    expect(left).toEqual({ room: room.name, roomId: room.id, joined: [], left: [user] });
    expect(mine.facts.of('presence').filter(has('joined'))).toHaveLength(1);
  });

  it('tells who types, not to that user, until it lapses or a message comes', async () => {
    const room = await world.room(anna, boris);
    const [mine, other, theirs] = await Promise.all([
      join(anna, room.name),
      join(anna, room.name),
      join(boris, room.name),
    ]);
    const typing = { room: room.name, roomId: room.id, user: { id: anna.id, username: anna.username } };
    expect(await mine.call('typing', { typing: true })).toEqual({ ok: true });
    expect(await theirs.facts.wait('typing')).toEqual({ ...typing, typing: true });
    await mine.call('message:send', { body: 'done' });
    await theirs.facts.wait('typing', (fact) => fact.typing === false);
    await mine.call('typing', { typing: true });
    await mine.call('typing', { typing: false });
    await mine.call('typing', { typing: true });
    const begun = performance.now();
    await theirs.facts.wait('typing', () => theirs.facts.of('typing').length === 6);
    expect(theirs.facts.of('typing').map((fact) => fact.typing)).toEqual([true, false, true, false, true, false]);
    expect(performance.now() - begun).toBeGreaterThan(5_000);
    expect([...mine.facts.of('typing'), ...other.facts.of('typing')]).toEqual([]);
  }, 20_000);

  it('refuses a typing that says nothing, and one in a room that is not there', async () => {
    const room = await world.room(anna);
    const mine = await join(anna, room.name);
    for (const fields of [{}, { typing: 'yes' }, { typing: true, loud: true }]) {
      expect((await mine.call('typing', fields)).error?.code).toBe('unprocessable');
    }
  });

  it('tells the other connections how far one has read, and only them', async () => {
    const room = await world.room(anna, boris);
    const theirs = await join(boris, room.name);
    for (const body of ['one', 'two', 'three']) await theirs.call('message:send', { body });
    const [mine, also, away] = [await join(anna, room.name), await join(anna, room.name), await elsewhere(anna)];
    expect(await mine.call('room:read', { seq: 2 })).toEqual({ ok: true, unread: 1 });
    const fact = { room: room.name, roomId: room.id, seq: 2, unread: 1 };
    expect(await also.facts.wait('room:read')).toEqual(fact);
    expect(await away.facts.wait('room:read')).toEqual(fact);
    await mine.call('room:read', { seq: 1 });
    await request(world, `/api/v1/rooms/${room.name}/read`, { as: anna, method: 'PUT', json: { seq: 3 } });
    expect(await mine.facts.wait('room:read')).toMatchObject({ seq: 3, unread: 0 });
    await also.facts.wait('room:read', (read) => read.seq === 3);
    expect(mine.facts.of('room:read')).toHaveLength(1);
    expect(also.facts.of('room:read')).toHaveLength(2);
    expect(theirs.facts.of('room:read')).toEqual([]);
  });

  it('tells a member elsewhere of activity, once a second, and always of the last', async () => {
    const room = await world.room(anna, boris);
    const theirs = await join(boris, room.name);
    const away = await elsewhere(anna);
    const begun = performance.now();
    for (let n = 0; n < 30; n++) {
      await theirs.call('message:send', { body: `message ${n}` });
      await pause(40);
    }
    await away.facts.wait('room:activity', (fact) => fact.room === room.name && fact.lastSeq === 30);
    const told = away.facts.all.filter((fact) => fact.name === 'room:activity' && fact.payload.room === room.name);
    expect(told.at(-1)?.payload).toEqual({ room: room.name, roomId: room.id, lastSeq: 30, unread: 30 });
    expect(told.length).toBeLessThanOrEqual(Math.ceil(((told.at(-1)?.at ?? 0) - begun) / 1_000) + 1);
    expect(theirs.facts.of('room:activity').filter((fact) => fact.room === room.name)).toEqual([]);
    expect(away.facts.of('messages:created')).toEqual([]);
  });

  it('tells a room of a new member, and the member of the room', async () => {
    const room = await world.room(anna);
    const mine = await join(anna, room.name);
    const newcomer = await createPerson();
    const away = await elsewhere(newcomer);
    await join(newcomer, room.name);
    const user = { id: newcomer.id, username: newcomer.username };
    expect(await mine.facts.wait('member:added')).toEqual({ room: room.name, roomId: room.id, user });
    expect(await away.facts.wait('room:added')).toMatchObject({ room: { id: room.id, name: room.name } });
    await join(newcomer, room.name);
    await pause(100);
    expect(mine.facts.of('member:added')).toHaveLength(1);
    expect(away.facts.of('room:added')).toHaveLength(1);
  });

  it('tells every connection of every member that a room is deleted', async () => {
    const room = await world.room(anna, boris);
    const mine = await join(anna, room.name);
    const away = await elsewhere(boris);
    const stranger = await elsewhere(await createPerson());
    const plain = world.keep(await PlainSocket.join(world.url, room.name, boris.token));
    const deleted = await request(world, `/user/rooms/delete/${room.name}`, { as: anna, method: 'DELETE' });
    expect(deleted.status).toBe(204);
    const fact = { room: room.name, roomId: room.id };
    for (const { facts } of [mine, away, plain]) expect(await facts.wait('room:deleted')).toEqual(fact);
    expect(await plain.closed).toEqual({ code: 4404 });
    expect(plain.facts.of('session:closing')).toEqual([{ code: 4404 }]);
    expect(stranger.facts.of('room:deleted')).toEqual([]);
    expect((await away.call('message:send', { room: room.name, body: 'hi' })).error?.code).toBe('not_found');
  });

  it('closes the sockets of a session that ends, having said why, and no others', async () => {
    const room = await world.room(anna, boris);
    const session = { ...boris, ...(await signInAgain(boris)) };
    const [ending, staying] = [await join(session, room.name), await join(boris, room.name)];
    const plain = world.keep(await PlainSocket.join(world.url, room.name, session.token));
    expect((await request(world, '/logout', { as: session })).status).toBe(303);
    expect(await ending.facts.wait('session:closing')).toEqual({ code: 4401 });
    expect(await plain.closed).toEqual({ code: 4401 });
    if (ending.facts.all.some((fact) => fact.name === '(closed)')) {
      expect(ending.facts.all.map((fact) => fact.name).slice(-2)).toEqual(['session:closing', '(closed)']);
    }
    expect((await staying.call('message:send', { body: 'still here' })).ok).toBe(true);
    await expect(PlainSocket.join(world.url, room.name, session.token)).rejects.toMatchObject({ status: 401 });
  });
});
