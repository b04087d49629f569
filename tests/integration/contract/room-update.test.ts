import { beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../harness/answers';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld, request } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
let chief: Person;
beforeAll(async () => {
  [anna, boris, chief] = await Promise.all([createPerson(), createPerson(), createPerson({ role: 'administrator' })]);
  await createPerson({ username: 'lozk' });
});

const patch = (room: string, json: unknown, as: Person | null = anna) =>
  request(world, `/api/v1/rooms/${encodeURIComponent(room)}`, { as, json, method: 'PATCH' });

async function changed(response: Response): Promise<Record<string, unknown>> {
  expect(response.status).toBe(200);
  return ((await response.json()) as { room: Record<string, unknown> }).room;
}

describe('PATCH /api/v1/rooms/{name}', () => {
  it('changes what is named, leaves the rest, and tells every member', async () => {
    const room = await world.room(anna, boris);
    const away = world.keep(await SocketIoClient.connect(world.url, boris.token));
    const changedRoom = await changed(await patch(room.name, { topic: '  something \n else ' }));
    expect(changedRoom).toMatchObject({
      id: room.id,
      name: room.name,
      topic: 'something else',
      visibility: 'public',
      owner: { id: anna.id },
    });
    expect(await away.facts.wait('room:updated')).toEqual({ room: changedRoom });
    expect(await changed(await patch(room.name, {}))).toEqual(changedRoom);
    expect(await changed(await patch(room.name, { visibility: 'public' }))).toEqual(changedRoom);
  });

  it('is for the owner and administrators', async () => {
    const room = await world.room(anna, boris);
    expect((await patch(room.name, { topic: 'x' }, boris)).status).toBe(403);
    expect((await patch(room.name, { topic: 7 }, boris)).status).toBe(403);
    expect((await patch(room.name, { topic: 'x' }, null)).status).toBe(401);
    expect((await patch('nowhere-at-all', { topic: 7 }, boris)).status).toBe(404);
    expect((await patch(room.name, { topic: 'x' }, chief)).status).toBe(200);
  });

  it.each([
    [{ name: 'a/b' }, 422, 'name'],
    [{ name: '' }, 422, 'name'],
    [{ topic: 'x'.repeat(251) }, 422, 'topic'],
    [{ visibility: 'secret' }, 422, 'visibility'],
    [{ owner: null }, 422, 'owner'],
    [{ owner: '%' }, 422, 'owner'],
    [{ owner: 'a\0b' }, 422, 'owner'],
    // A pattern in SQL; here nobody's name, and not that of `lozk`.
    [{ owner: 'lo_k' }, 404, 'owner'],
    [{ lastSeq: 5 }, 422, 'lastSeq'],
    [{ topic: 'not kept', owner: 'nobody-of-this-name' }, 404, 'owner'],
  ])('refuses %j', async (fields, status, path) => {
    const room = await world.room(anna);
    const response = await patch(room.name, fields);
    expect(response.status).toBe(status);
    expect(problemSchema.parse(await response.json()).errors).toMatchObject([{ path }]);
    expect(await changed(await patch(room.name, {}))).toMatchObject({ topic: '' });
  });

  it('hands a room over', async () => {
    const room = await world.room(anna);
    const heir = world.keep(await SocketIoClient.connect(world.url, boris.token));
    expect(await changed(await patch(room.name, { owner: boris.username.toUpperCase() }))).toMatchObject({
      owner: { id: boris.id, username: boris.username },
    });
    expect(await heir.facts.wait('room:added')).toMatchObject({ room: { id: room.id } });
    expect((await patch(room.name, { topic: 'mine' })).status).toBe(403);
    expect((await patch(room.name, { topic: 'mine' }, boris)).status).toBe(200);
  });
});

describe('a room that is renamed', () => {
  it('is reached by its new name, and its old addresses lead there', async () => {
    const room = await world.room(anna);
    const name = `переименована ${room.id}`;
    const now = `переименована-${room.id}`;
    expect(await changed(await patch(room.name, { name }))).toMatchObject({ id: room.id, name: now });
    const encoded = encodeURIComponent(now);
    for (const [path, method, expected] of [
      [`/api/v1/rooms/${room.name}`, 'GET', `/api/v1/rooms/${encoded}`],
      [`/api/v1/rooms/${room.name}/messages?limit=5`, 'GET', `/api/v1/rooms/${encoded}/messages?limit=5`],
      [`/api/v1/rooms/${room.name.toUpperCase()}`, 'DELETE', `/api/v1/rooms/${encoded}`],
      [`/chat/${room.name}`, 'GET', `/chat/${encoded}`],
      [`/user/rooms/delete/${room.name}`, 'DELETE', `/user/rooms/delete/${encoded}`],
    ] as const) {
      const response = await request(world, path, { as: anna, method, headers: { accept: 'application/json' } });
      expect([path, response.status, response.headers.get('location')]).toEqual([path, 308, expected]);
    }
    const sent = await request(world, `/chat/${room.name}`, { as: anna, json: { body: 'hi' }, redirect: 'follow' });
    expect(sent.status).toBe(201);
    expect((await request(world, `/api/v1/rooms/${room.name}`)).status).toBe(401);
  });

  it('goes on for those in it, under either name', async () => {
    const room = await world.room(anna, boris);
    const client = world.keep(await SocketIoClient.connect(world.url, boris.token));
    const plain = world.keep(await PlainSocket.join(world.url, room.name, boris.token));
    await client.call('room:join', { room: room.name });
    const name = `renamed-${room.id}`;
    await patch(room.name, { name });
    await client.facts.wait('room:updated');
    for (const address of [room.name, name])
      expect((await client.call('message:send', { room: address, body: address })).ok).toBe(true);
    expect((await plain.call('message:send', { body: 'plain' })).ok).toBe(true);
    for (const { facts } of [client, plain]) {
      await facts.wait('messages:created', (fact) => JSON.stringify(fact).includes('plain'));
      expect(new Set(facts.of('messages:created').map((fact) => fact.room))).toEqual(new Set([name]));
    }
    expect((await client.call('room:join', { room: room.name })).room?.name).toBe(name);
    expect((await client.call('typing', { room: room.name, typing: true })).ok).toBe(true);
    const late = world.keep(await PlainSocket.join(world.url, room.name, boris.token));
    expect(late.frames[0]).toMatchObject({ type: 'room:joined', room: { name } });
    expect((await client.call('room:leave', { room: room.name })).ok).toBe(true);
    await plain.call('message:send', { body: 'after leaving' });
    await plain.facts.wait('messages:created', (fact) => JSON.stringify(fact).includes('after leaving'));
    expect(JSON.stringify(client.facts.of('messages:created'))).not.toContain('after leaving');
  });

  it('gives its old name free, also to itself, and conflicts with a name that is taken', async () => {
    const [room, other] = [await world.room(anna), await world.room(anna)];
    const conflict = await patch(room.name, { name: other.name });
    expect([conflict.status, problemSchema.parse(await conflict.json()).code]).toEqual([409, 'conflict']);
    const name = `moved-${room.id}`;
    await changed(await patch(room.name, { name }));
    await changed(await patch(name, { name: room.name }));
    expect((await request(world, `/api/v1/rooms/${room.name}`, { as: anna })).status).toBe(200);
    expect((await request(world, `/api/v1/rooms/${name}`, { as: anna })).headers.get('location')).toBe(
      `/api/v1/rooms/${room.name}`,
    );
    expect((await request(world, '/api/v1/rooms', { as: boris, json: { name } })).status).toBe(201);
    expect((await request(world, `/api/v1/rooms/${name}`, { as: anna })).status).toBe(200);
    await request(world, `/api/v1/rooms/${name}`, { as: boris, method: 'DELETE' });
    expect((await request(world, `/api/v1/rooms/${name}`, { as: anna })).status).toBe(404);
  });
});
