import { beforeEach, describe, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { PASSWORD } from '../../factories';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
let room: { id: number; name: string };
beforeEach(async () => {
  [anna, boris] = [await createPerson(), await createPerson()];
  room = await world.room(anna, boris);
});

type Fields = Record<string, unknown>;

const send = (method: string, path: string, json: Fields | undefined, as: Person) =>
  request(world, `/api/v1/me${path}`, { method, as, ...(json && { json }) });
const socketIo = async (person: Person) => world.keep(await SocketIoClient.connect(world.url, person.token));
const plain = async (person: Person) => world.keep(await PlainSocket.join(world.url, room.name, person.token));

async function joined(person: Person): Promise<SocketIoClient> {
  const client = await socketIo(person);
  expect((await client.call('room:join', { room: room.name })).ok).toBe(true);
  return client;
}

describe('another name', () => {
  it('is told to everyone who shares a room, and to all of one’s own connections, once', async () => {
    const connections = [await joined(anna), await socketIo(anna), await socketIo(boris), await plain(boris)];
    const stranger = await socketIo(await createPerson());
    const user = { id: anna.id, username: `renamed-${anna.id}` };
    expect((await send('PATCH', '', { username: user.username }, anna)).status).toBe(200);
    for (const { facts } of connections)
      expect(await facts.wait('user:updated')).toEqual({ user, previous: anna.username });
    await send('PATCH', '', { locale: 'ru' }, anna);
    await send('PATCH', '', { username: user.username }, anna);
    // What comes after in order shows that nothing more came before it.
    await send('PATCH', '', { username: anna.username }, anna);
    const back = { user: { id: anna.id, username: anna.username }, previous: user.username };
    for (const { facts } of connections) {
      await facts.wait('user:updated', ({ previous }) => previous === user.username);
      expect(facts.of('user:updated')).toEqual([{ user, previous: anna.username }, back]);
    }
    expect(stranger.facts.of('user:updated')).toEqual([]);
  });

  it('is what connections that were open before go by: messages, typing, presence, new rooms', async () => {
    const [hers, his] = [await joined(anna), await joined(boris)];
    await his.facts.wait('presence', ({ joined: who }) => Array.isArray(who) || who === undefined);
    await hers.call('typing', { room: room.name, typing: true });
    await his.facts.wait('typing');
    const user = { id: anna.id, username: `renamed-${anna.id}` };
    const email = `renamed-${anna.id}@example.org`;
    expect((await send('PATCH', '', { username: user.username, email, password: PASSWORD }, anna)).status).toBe(200);

    await hers.call('typing', { room: room.name, typing: false });
    expect(await his.facts.wait('typing', ({ typing }) => typing === false)).toMatchObject({ user });
    const sent = await hers.call('message:send', { room: room.name, body: 'it is me' });
    expect(sent).toMatchObject({ ok: true, message: { author: user } });
    expect(await his.facts.wait('messages:created')).toMatchObject({ messages: [{ author: user }] });
    const late = await joined(await createPerson());
    const { online } = await late.facts.wait('presence', (fact) => 'online' in fact);
    expect(online).toContainEqual(user);
    expect(await hers.call('room:create', { name: `Renamed ${anna.id}` })).toMatchObject({ room: { owner: user } });
    await hers.close();
    expect(await late.facts.wait('presence', ({ left }) => Array.isArray(left) && left.length > 0)).toMatchObject({
      left: [user],
    });
  });
});

describe('live connections of a session that ends', () => {
  const ENDINGS: [string, (session: Person) => Promise<Response>][] = [
    ['one by one', (session) => send('DELETE', `/sessions/${session.sessionId}`, undefined, anna)],
    ['all together', () => send('DELETE', '/sessions', undefined, anna)],
    [
      'by another password',
      () => send('POST', '/password', { currentPassword: PASSWORD, newPassword: 'another horse' }, anna),
    ],
    ['with the account', () => send('DELETE', '', { password: PASSWORD }, anna)],
  ];

  it.each(ENDINGS)('are closed within five seconds: %s', async (_title, end) => {
    const session = { ...anna, ...(await signInAgain(anna)) };
    const [client, socket, other] = [await joined(session), await plain(session), await joined(boris)];
    const began = performance.now();
    expect((await end(session)).status).toBe(204);
    expect(await client.facts.wait('session:closing')).toEqual({ code: 4401 });
    await client.facts.wait('(closed)');
    expect(await socket.closed).toEqual({ code: 4401 });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await request(world, '/api/v1/me', { as: session })).status).toBe(401);
    await expect(SocketIoClient.connect(world.url, session.token)).rejects.toMatchObject({
      data: { code: 'unauthenticated' },
    });
    await expect(PlainSocket.join(world.url, room.name, session.token)).rejects.toMatchObject({ status: 401 });
    expect((await other.call('message:send', { room: room.name, body: 'still here' })).ok).toBe(true);
  });

  it('are closed when its thirty days are over', async () => {
    const session = { ...anna, ...(await signInAgain(anna)) };
    await pool().query(`UPDATE sessions SET expires_at = now() + interval '2 seconds' WHERE id = $1`, [
      session.sessionId,
    ]);
    const [client, socket, staying] = [await joined(session), await plain(session), await joined(anna)];
    expect((await client.call('message:send', { room: room.name, body: 'not yet' })).ok).toBe(true);
    expect(await client.facts.wait('session:closing', () => true, 12_000)).toEqual({ code: 4401 });
    expect(await socket.closed).toEqual({ code: 4401 });
    expect((await staying.call('message:send', { room: room.name, body: 'for long' })).ok).toBe(true);
  });
});

describe('an account that goes', () => {
  it('is told to the rooms it was in, and those it owned are nobody’s', async () => {
    const [inside, elsewhere] = [await joined(boris), await socketIo(boris)];
    expect((await send('DELETE', '', { password: PASSWORD }, anna)).status).toBe(204);
    const where = { room: room.name, roomId: room.id };
    expect(await inside.facts.wait('member:removed')).toEqual({
      ...where,
      user: { id: anna.id, username: anna.username },
    });
    for (const { facts } of [inside, elsewhere])
      expect(await facts.wait('room:updated')).toMatchObject({ room: { id: room.id, owner: null } });
  });

  it('while it sends: each message is stored and told, or refused, and the room goes on', async () => {
    const [hers, socket, his] = [await joined(anna), await plain(anna), await joined(boris)];
    const attempts: Promise<{ ok: boolean; code?: string | undefined }>[] = [];
    const outcome = async (call: Promise<{ ok: boolean; error?: { code: string } | undefined }>) =>
      call.then(
        ({ ok, error }) => ({ ok, code: error?.code }),
        () => ({ ok: false, code: '(closed)' }),
      );
    const rest = async (body: string) => {
      const response = await request(world, `/api/v1/rooms/${room.name}/messages`, { as: anna, json: { body } });
      const { code } = (await response.json()) as { code?: string };
      return { ok: response.ok, ...(code && { error: { code } }) };
    };
    const going = { on: true };
    const flood = (async () => {
      while (going.on) {
        attempts.push(outcome(hers.call('message:send', { room: room.name, body: 'io' })));
        attempts.push(outcome(socket.call('message:send', { body: 'ws' })));
        attempts.push(outcome(rest('rest')));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const deleted = await send('DELETE', '', { password: PASSWORD }, anna);
    await new Promise((resolve) => setTimeout(resolve, 50));
    going.on = false;
    await flood;
    expect(deleted.status).toBe(204);
    await socket.closed;
    await hers.close();
    const settled = await Promise.race([
      Promise.all(attempts.filter((_, index) => index % 3 === 2)),
      new Promise<never>((_, reject) => setTimeout(() => reject(new Error('unanswered')), 8_000)),
    ]);
    // Over HTTP every one has an answer, and none of them is a fault of the service.
    expect(settled.filter(({ ok, code }) => !ok && code !== 'unauthenticated')).toEqual([]);
    expect(settled.some(({ ok }) => ok)).toBe(true);

    expect((await his.call('message:send', { room: room.name, body: 'after all' })).ok).toBe(true);
    const { rows } = await pool().query<{ count: number; last: number; authors: number }>(
      `SELECT count(*)::int AS count, max(seq) AS last, count(*) FILTER (WHERE author_id = $2)::int AS authors
         FROM messages WHERE room_id = $1`,
      [room.id, anna.id],
    );
    expect(rows[0]?.count).toBe(rows[0]?.last);
    expect(rows[0]?.authors).toBe(0);
  });
});
