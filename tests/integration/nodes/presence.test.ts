import { beforeAll, describe, expect, it } from 'vitest';
import { createPerson, type Person } from '../../harness/people';
import { call, canTest, onStage, PROTOCOLS, type Listener } from './stage';

const stage = onStage(2);
let anna: Person;
let boris: Person;

beforeAll(async () => {
  [anna, boris] = [await createPerson(), await createPerson()];
});

const ids = (users: unknown) => (Array.isArray(users) ? (users as { id: number }[]).map(({ id }) => id) : []);

/** Who is in the room, as a client concludes from what it was told. */
function believed({ facts }: Listener): number[] {
  const here = new Set<number>();
  for (const { online, joined, left } of facts.of('presence')) {
    for (const id of [...ids(online), ...ids(joined)]) here.add(id);
    for (const id of ids(left)) here.delete(id);
  }
  return [...here].sort((a, b) => a - b);
}

describe.skipIf(!canTest)('on another node', () => {
  it.each(PROTOCOLS)('who comes and goes over %s is seen, before and after one came oneself', async (protocol) => {
    const room = await stage.room(anna, boris);
    const witness = await stage.join(protocol, 0, anna, room.name);
    const other = await stage.join(protocol, 1, boris, room.name);
    await expect.poll(() => believed(witness), { timeout: 5_000 }).toEqual([anna.id, boris.id]);
    await expect.poll(() => believed(other), { timeout: 5_000 }).toEqual([anna.id, boris.id]);
    const late = await stage.join(protocol, 1, boris, room.name);
    expect(believed(late)).toEqual([anna.id, boris.id]);
    await late.close();
    await other.close();
    await expect.poll(() => believed(witness), { timeout: 5_000 }).toEqual([anna.id]);
  });

  it('who is on two nodes leaves with the last of them', async () => {
    const room = await stage.room(anna, boris);
    const [here, there] = [
      await stage.join('Socket.IO', 0, boris, room.name),
      await stage.join('plain WebSocket', 1, boris, room.name),
    ];
    const witness = await stage.join('Socket.IO', 0, anna, room.name);
    await expect.poll(() => believed(witness), { timeout: 5_000 }).toEqual([anna.id, boris.id]);
    await here.close();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(believed(witness)).toEqual([anna.id, boris.id]);
    await there.close();
    await expect.poll(() => believed(witness), { timeout: 5_000 }).toEqual([anna.id]);
  });

  it.each(PROTOCOLS)('typing is seen over %s, and ends with what was typed', async (protocol) => {
    const room = await stage.room(anna, boris);
    const typist = await stage.join('Socket.IO', 0, anna, room.name);
    const witness = await stage.join(protocol, 1, boris, room.name);
    await call(typist, room.name, 'typing', { typing: true });
    expect(await witness.facts.wait('typing')).toMatchObject({ roomId: room.id, user: { id: anna.id }, typing: true });
    await call(typist, room.name, 'message:send', { body: 'typed' });
    await witness.facts.wait('typing', ({ typing }) => typing === false);
  });

  it('people are known by their new name', async () => {
    const vera = await createPerson();
    const room = await stage.room(anna, vera);
    await stage.join('Socket.IO', 0, vera, room.name);
    const witness = await stage.join('Socket.IO', 1, anna, room.name);
    await expect.poll(() => believed(witness), { timeout: 5_000 }).toEqual([anna.id, vera.id]);
    const answer = await fetch(`${stage.url(0)}/api/v1/me`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${vera.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ username: `${vera.username}-anew` }),
    });
    expect(answer.status).toBe(200);
    await witness.facts.wait('user:updated', ({ user }) => JSON.stringify(user).includes('-anew'));
    const late = await stage.join('plain WebSocket', 1, anna, room.name);
    expect(JSON.stringify(late.facts.of('presence')[0])).toContain(`${vera.username}-anew`);
  });

  it(
    'a node that is killed takes its people with it, and one that is started learns who is where',
    { timeout: 60_000 },
    async () => {
      const room = await stage.room(anna, boris);
      const third = await stage.start();
      const index = stage.nodes.indexOf(third);
      const witness = await stage.join('Socket.IO', 0, anna, room.name);
      await stage.join('Socket.IO', index, boris, room.name);
      await expect.poll(() => believed(witness), { timeout: 5_000 }).toEqual([anna.id, boris.id]);
      await third.kill();
      await expect.poll(() => believed(witness), { timeout: 25_000 }).toEqual([anna.id]);
      await stage.start();
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      const late = await stage.join('Socket.IO', stage.nodes.length - 1, boris, room.name);
      expect(believed(late)).toEqual([anna.id, boris.id]);
    },
  );
});
