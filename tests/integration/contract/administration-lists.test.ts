import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { auditEntrySchema, managedRoomSchema, managedUserSchema } from '@/lib/contracts/administration';
import { pool } from '@/lib/db';
import { createRoom } from '../../factories';
import { createPerson, type Person } from '../../harness/people';
import { inWorld, request } from './world';

const world = inWorld();
let chief: Person;
let anna: Person;
beforeAll(async () => {
  [chief, anna] = await Promise.all([
    createPerson({ username: 'chief', role: 'administrator' }),
    createPerson({ username: 'Anna', email: 'a.nna@elsewhere.example' }),
  ]);
});

const ask = async (path: string): Promise<unknown> => (await request(world, `/api/v1/${path}`, { as: chief })).json();
const usersSchema = z.strictObject({ users: z.array(managedUserSchema.strict()), nextCursor: z.string().nullable() });
const list = async (query: string) => usersSchema.parse(await ask(`users${query}`));
const auditSchema = z.strictObject({ entries: z.array(auditEntrySchema.strict()), nextCursor: z.string().nullable() });
const auditOf = async (query: string) => auditSchema.parse(await ask(`audit${query}`));
const roomsSchema = z.strictObject({ rooms: z.array(managedRoomSchema.strict()), nextCursor: z.string().nullable() });
const roomsOf = async (query: string) => roomsSchema.parse(await ask(`admin/rooms${query}`));

describe('GET /api/v1/users', () => {
  it.each([
    ['ANN', 'a part of the name, whatever its case'],
    ['аnn', 'a part with a look-alike letter'],
    ['@ELSEWHERE', 'a part of the address'],
    [' a.nna@elsewhere.example ', 'the address'],
  ])('finds by %j: %s', async (q) => {
    const { users } = await list(`?q=${encodeURIComponent(q)}`);
    expect(users).toEqual([
      {
        id: anna.id,
        username: 'Anna',
        email: anna.email,
        role: 'user',
        suspendedAt: null,
        secondFactor: false,
        createdAt: expect.stringMatching(/Z$/) as string,
      },
    ]);
  });

  it('takes wildcards of the database for letters', async () => {
    for (const q of ['%', '_', '\\']) expect((await list(`?q=${encodeURIComponent(q)}`)).users).toEqual([]);
  });

  it('pages through all by name, the exact one first', async () => {
    const made = await Promise.all(
      ['page-b', 'page', 'xpage', 'page-a', 'Page-C'].map((username) => createPerson({ username })),
    );
    expect(made).toHaveLength(5);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await list(`?q=page&limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.users.length).toBeLessThanOrEqual(2);
      seen.push(...page.users.map(({ username }) => username));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['page', 'page-a', 'page-b', 'Page-C', 'xpage']);
    const everybody = await list('?limit=100');
    expect(everybody.users.length).toBeGreaterThanOrEqual(7);
    expect(everybody.nextCursor).toBeNull();
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?cursor=x', '?cursor=WzAsIlx1MDAwMCIsMV0', '?q=a%00'])(
    'refuses %s',
    async (query) => {
      expect((await request(world, `/api/v1/users${query}`, { as: chief })).status).toBe(422);
    },
  );
});

describe('GET /api/v1/audit', () => {
  it('is told newest first, in pages', async () => {
    for (const suspended of [true, false, true]) {
      const change = { method: 'PATCH', json: { suspended }, as: chief };
      expect((await request(world, '/api/v1/users/Anna', change)).status).toBe(200);
    }
    await request(world, '/api/v1/users/Anna/reset', { method: 'POST', as: chief });
    const all = (await auditOf('?limit=100')).entries;
    expect(all.map(({ action }) => action)).toEqual([
      'user:reset-issued',
      'user:suspended',
      'user:reinstated',
      'user:suspended',
    ]);
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort((a, b) => b - a));
    const first = await auditOf('?limit=2');
    const second = await auditOf(`?limit=2&cursor=${first.nextCursor}`);
    expect([...first.entries, ...second.entries]).toEqual(all.slice(0, 4));
    for (const query of ['?cursor=x', '?limit=0'])
      expect((await request(world, `/api/v1/audit${query}`, { as: chief })).status).toBe(422);
  });
});

describe('GET /api/v1/admin/rooms', () => {
  it('lists every room by name, private ones too, with how many are in it, but opens none of them', async () => {
    const [one, two] = [await createRoom({ owner: anna, members: [chief], name: 'list-b' }), { name: 'list-a' }];
    await createRoom({ owner: anna, name: two.name });
    await pool().query(`UPDATE chats SET visibility = 'private' WHERE name = 'list-a'`);
    const { rooms } = await roomsOf('?q=LIST-');
    expect(rooms).toMatchObject([
      { name: two.name, visibility: 'private', memberCount: 1, owner: { username: 'Anna' } },
      { name: one.name, visibility: 'public', memberCount: 2 },
    ]);
    const first = await roomsOf('?q=list-&limit=1');
    expect(first.rooms.map(({ name }) => name)).toEqual(['list-a']);
    expect((await roomsOf(`?q=list-&cursor=${first.nextCursor}`)).rooms.map(({ name }) => name)).toEqual(['list-b']);
    expect((await request(world, '/api/v1/rooms/list-a/messages', { as: chief })).status).toBe(404);
    expect((await request(world, '/api/v1/rooms/list-a', { method: 'DELETE', as: chief })).status).toBe(204);
  });
});
