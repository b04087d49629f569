import { beforeAll, describe, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { TRANSPORT_NAMES, type ContractClient } from '../../harness/clients';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket, Refused } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld, request } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
let vera: Person;
let chief: Person;
beforeAll(async () => {
  [anna, boris, vera, chief] = await Promise.all([
    createPerson(),
    createPerson(),
    createPerson(),
    createPerson({ role: 'administrator' }),
  ]);
});

type Method = 'GET' | 'PUT' | 'DELETE';
const member = (method: Method, room: string, who: Person | string, as: Person | null) => {
  const name = typeof who === 'string' ? who : who.username;
  return request(world, `/api/v1/rooms/${room}/members/${encodeURIComponent(name)}`, { method, as });
};
const status = async (response: Promise<Response>) => (await response).status;
const code = async (answer: Promise<{ error?: { code: string } | undefined }>) => (await answer).error?.code ?? 'ok';
const socketOf = async (person: Person) => world.keep(await SocketIoClient.connect(world.url, person.token));

async function audited(roomId: number) {
  const { rows } = await pool().query<{ action: string; actor: string; username: string | null }>(
    'SELECT action, actor, username FROM audit_log WHERE room_id = $1 ORDER BY id',
    [roomId],
  );
  return rows.map(({ action, actor, username }) => [action, actor, username]);
}

describe.each(TRANSPORT_NAMES)('a private room over %s', (transport) => {
  let room: { id: number; name: string };
  let owner: ContractClient;
  let stranger: ContractClient;
  let admin: ContractClient;
  beforeAll(async () => {
    room = await world.privateRoom(anna, boris);
    owner = await world.client(transport, anna);
    stranger = await world.client(transport, vera);
    admin = await world.client(transport, chief);
    await owner.call('message:send', { room: room.name, body: 'among us' });
  });

  it('exists for its members alone', async () => {
    expect((await owner.call('message:list', { room: room.name })).messages).toHaveLength(1);
    for (const [name, input] of [
      ['message:list', {}],
      ['message:send', { body: 'let me in' }],
      ['message:edit', { seq: 1, body: 'mine' }],
      ['message:delete', { seq: 1 }],
      ['room:read', { seq: 1 }],
    ] as const) {
      for (const client of [stranger, admin])
        expect([name, await code(client.call(name, { room: room.name, ...input }))]).toEqual([name, 'not_found']);
    }
  });

  it('tells its members who is in it', async () => {
    const { members } = await owner.call('member:list', { room: room.name });
    expect(members?.map(({ user, role }) => [user, role])).toEqual([
      [{ id: anna.id, username: anna.username }, 'owner'],
      [{ id: boris.id, username: boris.username }, 'member'],
    ]);
    expect(await code(stranger.call('member:list', { room: room.name }))).toBe('not_found');
  });
});

describe.each(['REST', 'Socket.IO'] as const)('members over %s', (transport) => {
  it('are added and removed by the owner and administrators alone', async () => {
    const room = await world.privateRoom(anna, boris);
    const [owner, other, admin] = await Promise.all([anna, boris, chief].map((one) => world.client(transport, one)));
    if (!owner || !other || !admin) throw new Error('three clients');
    const input = { room: room.name, username: vera.username };
    expect(await code(other.call('member:add', input))).toBe('forbidden');
    expect((await owner.call('member:add', input)).member).toMatchObject({ user: { id: vera.id }, role: 'member' });
    expect(await code(other.call('member:remove', input))).toBe('forbidden');
    expect(await code(admin.call('member:remove', input))).toBe('ok');
    expect(await code(admin.call('member:remove', input))).toBe('not_found');
    expect(await code(admin.call('member:add', { ...input, username: vera.username.toUpperCase() }))).toBe('ok');
    for (const name of ['member:add', 'member:remove']) {
      const nobody = { room: room.name, username: 'nobody-of-this-name' };
      expect(await code(owner.call(name, nobody))).toBe('not_found');
      expect(await code(other.call(name, nobody))).toBe('not_found');
    }
    expect(await audited(room.id)).toEqual([
      ['member:added', anna.username, vera.username],
      ['member:removed', chief.username, vera.username],
      ['member:added', chief.username, vera.username],
    ]);
  });
});

describe('PUT and DELETE /api/v1/rooms/{name}/members/{username}', () => {
  it('answers 201, 200 and 204', async () => {
    const room = await world.room(anna);
    const added = await member('PUT', room.name, boris, anna);
    expect([added.status, await added.json()]).toEqual([
      201,
      {
        member: {
          user: { id: boris.id, username: boris.username },
          role: 'member',
          joinedAt: expect.any(String) as string,
        },
      },
    ]);
    expect(await status(member('PUT', room.name, boris, anna))).toBe(200);
    expect(await status(member('DELETE', room.name, boris, anna))).toBe(204);
    expect(await status(member('PUT', room.name, boris, null))).toBe(401);
    expect(await status(member('PUT', room.name, 'no such/name', anna))).toBe(404);
    expect(await status(member('DELETE', 'nowhere-at-all', boris, anna))).toBe(404);
  });

  it('lets everyone into a public room by themselves, and out again for good', async () => {
    const room = await world.room(anna);
    const client = await socketOf(boris);
    expect(await status(member('PUT', room.name, vera, boris))).toBe(403);
    expect(await status(member('PUT', room.name, boris, boris))).toBe(201);
    expect(await client.facts.wait('room:added')).toMatchObject({ room: { id: room.id } });
    expect(await status(member('DELETE', room.name, boris, boris))).toBe(204);
    expect(await client.facts.wait('room:removed')).toEqual({ room: room.name, roomId: room.id });
    const { rooms } = (await (await request(world, '/api/v1/rooms', { as: boris })).json()) as {
      rooms: { id: number }[];
    };
    expect(rooms.map(({ id }) => id)).not.toContain(room.id);
    expect(await status(member('DELETE', room.name, boris, boris))).toBe(404);
    expect(await code(client.call('room:join', { room: room.name }))).toBe('ok');
    expect(await audited(room.id)).toEqual([]);
  });

  it('keeps an owner until the room is handed over', async () => {
    const room = await world.room(anna, boris);
    for (const as of [anna, chief]) {
      const refused = await member('DELETE', room.name, anna, as);
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([409, 'conflict']);
    }
    await request(world, `/api/v1/rooms/${room.name}`, { as: anna, method: 'PATCH', json: { owner: boris.username } });
    expect(await status(member('DELETE', room.name, anna, anna))).toBe(204);
  });

  it('shuts the door behind who is removed from a public room, until they are added again', async () => {
    const room = await world.room(anna, boris);
    await member('DELETE', room.name, boris, anna);
    const client = await socketOf(boris);
    for (const [name, input] of [
      ['room:join', {}],
      ['message:send', { body: 'hi' }],
      ['message:list', {}],
      ['member:list', {}],
      ['member:add', { username: boris.username }],
      ['typing', { typing: true }],
    ] as const)
      expect([name, await code(client.call(name, { room: room.name, ...input }))]).toEqual([name, 'forbidden']);
    const refused: unknown = await PlainSocket.join(world.url, room.name, boris.token).catch((error: unknown) => error);
    expect(refused instanceof Refused && refused.status).toBe(403);
    expect(await status(member('PUT', room.name, boris, boris))).toBe(403);
    expect(await status(member('PUT', room.name, boris, chief))).toBe(201);
    expect(await client.facts.wait('room:added')).toMatchObject({ room: { id: room.id } });
    expect(await code(client.call('room:join', { room: room.name }))).toBe('ok');
  });
});

describe('administrators', () => {
  it('find, manage and delete a private room, and read it only as members', async () => {
    const room = await world.privateRoom(anna);
    const found = async (as: Person) =>
      (
        (await (
          await request(world, `/user/search/results?q=${room.name}`, { as, headers: { accept: 'application/json' } })
        ).json()) as {
          rooms: { id: number }[];
        }
      ).rooms.some(({ id }) => id === room.id);
    expect([await found(anna), await found(boris), await found(chief)]).toEqual([true, false, true]);
    const at = (as: Person, init = {}) => status(request(world, `/api/v1/rooms/${room.name}`, { as, ...init }));
    expect([await at(anna), await at(boris), await at(chief)]).toEqual([200, 404, 200]);
    expect(await status(request(world, `/api/v1/rooms/${room.name}/members`, { as: chief }))).toBe(200);
    expect(await status(request(world, `/api/v1/rooms/${room.name}/messages`, { as: chief }))).toBe(404);
    const refused: unknown = await PlainSocket.join(world.url, room.name, chief.token).catch((error: unknown) => error);
    expect(refused instanceof Refused && refused.status).toBe(404);
    expect(await at(chief, { method: 'PATCH', json: { topic: 'cleaned up' } })).toBe(200);
    expect(await status(member('PUT', room.name, chief, chief))).toBe(201);
    expect(await status(request(world, `/api/v1/rooms/${room.name}/messages`, { as: chief }))).toBe(200);
    expect(await at(chief, { method: 'DELETE' })).toBe(204);
    expect((await audited(room.id)).map(([action]) => action)).toEqual([
      'room:topic-changed',
      'member:added',
      'room:deleted',
    ]);
  });
});

describe('facts of membership', () => {
  it('reach those in the room and the one it is about, and nothing of the room follows a removal', async () => {
    const room = await world.privateRoom(anna, boris);
    const [here, there, elsewhere] = [await socketOf(anna), await socketOf(boris), await socketOf(boris)];
    await Promise.all([here, there].map((client) => client.call('room:join', { room: room.name })));
    const plain = world.keep(await PlainSocket.join(world.url, room.name, boris.token));
    expect(await code(here.call('member:add', { room: room.name, username: vera.username }))).toBe('ok');
    const user = { id: vera.id, username: vera.username };
    for (const { facts } of [here, there, plain])
      expect(await facts.wait('member:added')).toMatchObject({ room: room.name, roomId: room.id, user });
    await there.call('typing', { room: room.name, typing: true });
    expect(await code(here.call('member:remove', { room: room.name, username: boris.username }))).toBe('ok');
    expect(await here.facts.wait('member:removed')).toMatchObject({ user: { id: boris.id } });
    expect((await plain.closed).code).toBe(4403);
    await here.call('message:send', { room: room.name, body: 'he is gone' });
    await here.call('room:update', { room: room.name, topic: 'without him' });
    await here.facts.wait('messages:created');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (const { facts } of [there, elsewhere, plain]) {
      const names = facts.all.map(({ name }) => name);
      expect(names.filter((name) => name === 'room:removed')).toHaveLength(1);
      const after = names.slice(names.indexOf('room:removed') + 1);
      expect(after.filter((name) => !name.startsWith('(') && name !== 'session:closing')).toEqual([]);
    }
    expect(JSON.stringify(here.facts.of('presence').at(-1))).toContain(`"left":[{"id":${boris.id}`);
  });

  it('follow a room that becomes private: members stay, others find nothing', async () => {
    const room = await world.room(anna, boris);
    const [here, there] = [await socketOf(boris), await socketOf(vera)];
    for (const client of [here, there]) await client.call('message:list', { room: room.name });
    await request(world, `/api/v1/rooms/${room.name}`, { as: anna, method: 'PATCH', json: { visibility: 'private' } });
    expect(await here.facts.wait('room:updated')).toMatchObject({ room: { visibility: 'private' } });
    expect(await code(here.call('message:send', { room: room.name, body: 'still here' }))).toBe('ok');
    expect(await code(there.call('room:join', { room: room.name }))).toBe('not_found');
    expect(await code(there.call('message:send', { room: room.name, body: 'me too' }))).toBe('not_found');
    expect(there.facts.all).toEqual([]);
    expect(await audited(room.id)).toEqual([['room:visibility-changed', anna.username, null]]);
  });
});
