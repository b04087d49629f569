import { expect, it } from 'vitest';
import { createPerson, type Person } from '../../harness/people';
import { inWorld, request } from './world';

const world = inWorld();
const STRANGER_TOKEN = 'not a token';

interface Asker {
  path: string;
  as: Person | null;
  expected: { status: number; words: string };
}

async function outcomeOf({ path, as }: Asker): Promise<{ status: number; text: string }> {
  const token = as?.token ?? STRANGER_TOKEN;
  const response = await request(world, path, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, text: await response.text() };
}

it('answers people who ask at one moment each as who they are, and lets each into their own rooms alone', async () => {
  const people = await Promise.all(Array.from({ length: 6 }, () => createPerson()));
  const rooms = await Promise.all(people.map((person) => world.privateRoom(person)));
  const askers = people.flatMap((person, index): Asker[] => {
    const own = rooms[index]?.name ?? '';
    const others = rooms[(index + 1) % rooms.length]?.name ?? '';
    return [
      { path: '/api/v1/me', as: person, expected: { status: 200, words: `"${person.username}"` } },
      { path: `/api/v1/rooms/${own}`, as: person, expected: { status: 200, words: `"${own}"` } },
      { path: `/api/v1/rooms/${others}`, as: person, expected: { status: 404, words: 'not_found' } },
      { path: `/api/v1/rooms/${own}`, as: null, expected: { status: 401, words: 'unauthenticated' } },
    ];
  });
  for (let time = 0; time < 5; time++) {
    const outcomes = await Promise.all(askers.map(outcomeOf));
    for (const [index, { expected }] of askers.entries()) {
      expect(outcomes[index]?.status).toBe(expected.status);
      expect(outcomes[index]?.text).toContain(expected.words);
    }
  }
});
