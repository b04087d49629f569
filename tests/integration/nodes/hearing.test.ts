import { beforeAll, describe, expect, it } from 'vitest';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import { call, canTest, heard, onStage, PROTOCOLS } from './stage';

const stage = onStage(2);
let anna: Person;
let boris: Person;

beforeAll(async () => {
  [anna, boris] = [await createPerson(), await createPerson()];
});

const PAIRS = PROTOCOLS.flatMap((from) => PROTOCOLS.map((to) => [from, to] as const));

/** A request to a node's HTTP interface. */
function request(node: number, person: Person, method: string, path: string, json?: object): Promise<Response> {
  return fetch(stage.url(node) + path, {
    method,
    headers: { authorization: `Bearer ${person.token}`, ...(json && { 'content-type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
  });
}

describe.skipIf(!canTest)('on another node', () => {
  it.each(PAIRS)('messages from %s are heard over %s, in order and once', async (from, to) => {
    const room = await stage.room(anna, boris);
    const speaker = await stage.join(from, 0, anna, room.name);
    const listener = await stage.join(to, 1, boris, room.name);
    const bodies = Array.from({ length: 50 }, (_, index) => `${index}`);
    // Answers from the other side, so that both nodes write into the room at once.
    await Promise.all(
      bodies.map((body, index) => call(index % 5 === 4 ? listener : speaker, room.name, 'message:send', { body })),
    );
    await expect.poll(() => heard(listener).length).toBe(50);
    await expect.poll(() => heard(speaker).length).toBe(50);
    expect(heard(listener)).toEqual(heard(speaker));
    expect([...heard(listener)].sort()).toEqual([...bodies].sort());
  });

  it.each(PAIRS)('an edit and a deletion over %s are heard over %s', async (from, to) => {
    const room = await stage.room(anna, boris);
    const speaker = await stage.join(from, 0, anna, room.name);
    const listener = await stage.join(to, 1, boris, room.name);
    await call(speaker, room.name, 'message:send', { body: 'first' });
    await call(speaker, room.name, 'message:edit', { seq: 1, body: 'second' });
    const edited = await listener.facts.wait('message:updated', ({ message }) =>
      JSON.stringify(message).includes('second'),
    );
    expect(edited).toMatchObject({ roomId: room.id, message: { seq: 1, revision: 2 } });
    await call(speaker, room.name, 'message:delete', { seq: 1 });
    await listener.facts.wait('message:updated', ({ message }) => JSON.stringify(message).includes('"revision":3'));
  });

  it('a list of rooms learns of what is unread, and of a new room, without joining', async () => {
    const room = await stage.room(anna, boris);
    const list = await stage.connect(1, boris);
    const speaker = await stage.join('Socket.IO', 0, anna, room.name);
    await call(speaker, room.name, 'message:send', { body: 'unread' });
    expect(await list.facts.wait('room:activity', ({ roomId }) => roomId === room.id)).toMatchObject({ unread: 1 });
    const other = await stage.room(anna);
    await speaker.call('member:add', { room: other.name, username: boris.username });
    await list.facts.wait('room:added', (fact) => JSON.stringify(fact).includes(other.name));
  });

  it.each(PROTOCOLS)('who is removed is told so over %s, and hears nothing more', async (protocol) => {
    const room = await stage.room(anna, boris);
    const owner = await stage.connect(0, anna);
    const removed = await stage.join(protocol, 1, boris, room.name);
    await owner.call('member:remove', { room: room.name, username: boris.username });
    await removed.facts.wait('room:removed', ({ roomId }) => roomId === room.id);
    await owner.call('message:send', { room: room.name, body: 'behind their back' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard(removed)).toEqual([]);
    expect((await request(1, boris, 'GET', `/api/v1/rooms/${room.name}/messages`)).status).toBe(403);
  });

  it.each(PROTOCOLS)('a room that is renamed and deleted is so over %s', async (protocol) => {
    const room = await stage.room(anna, boris);
    const owner = await stage.connect(0, anna);
    const member = await stage.join(protocol, 1, boris, room.name);
    expect((await owner.call('room:update', { room: room.name, name: `${room.name}-anew` })).ok).toBe(true);
    expect(await member.facts.wait('room:updated')).toMatchObject({ room: { name: `${room.name}-anew` } });
    await owner.call('message:send', { room: `${room.name}-anew`, body: 'here' });
    expect(await member.facts.wait('messages:created')).toMatchObject({ room: `${room.name}-anew` });
    expect((await owner.call('room:delete', { room: `${room.name}-anew` })).ok).toBe(true);
    await member.facts.wait('room:deleted', ({ roomId }) => roomId === room.id);
  });

  it.each(PROTOCOLS)('a session that is ended is closed over %s', async (protocol) => {
    const room = await stage.room(anna, boris);
    const session = { ...boris, ...(await signInAgain(boris)) };
    const member = await stage.join(protocol, 1, session, room.name);
    const answer = await request(0, boris, 'DELETE', `/api/v1/me/sessions/${session.sessionId}`);
    expect(answer.status).toBeLessThan(300);
    expect(await member.facts.wait('session:closing')).toMatchObject({ code: 4401 });
  });

  it('what was read on one device is read on the others', async () => {
    const room = await stage.room(anna, boris);
    const speaker = await stage.join('Socket.IO', 0, anna, room.name);
    const [here, there] = [await stage.connect(0, boris), await stage.connect(1, boris)];
    await call(speaker, room.name, 'message:send', { body: 'to be read' });
    await here.call('room:read', { room: room.name, seq: 1 });
    expect(await there.facts.wait('room:read')).toMatchObject({ roomId: room.id, seq: 1, unread: 0 });
  });
});
