import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { auditEntrySchema, managedUserSchema } from '@/lib/contracts/administration';
import { pool } from '@/lib/db';
import { createRoom, PASSWORD } from '../../factories';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { problemSchema } from '../../harness/answers';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
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
beforeEach(async () => {
  // Whatever a test made of them: the one administrator, and a user.
  await pool().query(
    `UPDATE users SET suspended_at = NULL, role = (CASE WHEN id = $1 THEN 'administrator' ELSE 'user' END)::user_role`,
    [chief.id],
  );
});

const patch = (username: string, json: unknown, as: Person | null = chief) =>
  request(world, `/api/v1/users/${encodeURIComponent(username)}`, { method: 'PATCH', json, as });
const userOf = async (response: Response) =>
  z.strictObject({ user: managedUserSchema.strict() }).parse(await response.json()).user;
const usersSchema = z.strictObject({ users: z.array(managedUserSchema.strict()), nextCursor: z.string().nullable() });
const list = async (query: string) =>
  usersSchema.parse(await (await request(world, `/api/v1/users${query}`, { as: chief })).json());
const codeOf = async (response: Response) => [
  response.status,
  problemSchema.parse(await response.json()).errors?.map(({ path }) => path),
];
const auditSchema = z.strictObject({
  entries: z.array(auditEntrySchema.strict()),
  nextCursor: z.string().nullable(),
});
const auditOf = async (query = '') =>
  auditSchema.parse(await (await request(world, `/api/v1/audit${query}`, { as: chief })).json());

describe('who may', () => {
  const routes: [string, string, unknown?][] = [
    ['GET', '/api/v1/users'],
    ['GET', '/api/v1/users?limit=x'],
    ['PATCH', '/api/v1/users/Anna', { suspended: true }],
    ['PATCH', '/api/v1/users/Anna', { suspended: 'x' }],
    ['PATCH', '/api/v1/users/chief', { role: 'user' }],
    ['POST', '/api/v1/users/chief/reset', {}],
    ['GET', '/api/v1/audit'],
    ['GET', '/api/v1/admin/rooms'],
  ];
  it.each(routes)('%s %s is for administrators', async (method, path, json) => {
    expect((await request(world, path, { method, json, as: anna })).status).toBe(403);
    expect((await request(world, path, { method, json })).status).toBe(401);
    expect((await list('?q=anna')).users[0]).toMatchObject({ suspendedAt: null, role: 'user' });
    expect((await pool().query('SELECT FROM password_resets')).rowCount).toBe(0);
  });

  it('changes by cookie come from the service’s own pages', async () => {
    for (const [method, path] of [
      ['PATCH', '/api/v1/users/Anna'],
      ['POST', '/api/v1/users/Anna/reset'],
      ['POST', '/admin/users/Anna'],
      ['POST', '/admin/users/Anna/reset'],
    ] as const) {
      const headers = { cookie: chief.cookie, origin: 'https://evil.example' };
      const response = await request(world, path, { method, json: { suspended: true }, headers });
      expect([path, response.status]).toEqual([path, 403]);
    }
    expect((await list('?q=anna')).users[0]?.suspendedAt).toBeNull();
  });
});

describe('PATCH /api/v1/users/{username}', () => {
  it('promotes and takes it back, also on connections that are open, and writes both down', async () => {
    const { name } = await world.room(chief);
    const socket = world.keep(await SocketIoClient.connect(world.url, anna.token));
    expect(await socket.call('room:update', { room: name, topic: 'x' })).toMatchObject({ ok: false });
    expect(await userOf(await patch('anna', { role: 'administrator' }))).toMatchObject({ role: 'administrator' });
    expect((await request(world, '/api/v1/users', { as: anna })).status).toBe(200);
    expect(await socket.call('room:update', { room: name, topic: 'x' })).toMatchObject({ ok: true });
    expect(await userOf(await patch('Anna', { role: 'user' }))).toMatchObject({ role: 'user' });
    expect(await socket.call('room:update', { room: name, topic: 'y' })).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
    const { entries } = await auditOf();
    const entry = { action: 'user:role-changed', actor: { id: chief.id, username: 'chief' }, room: null };
    const user = { id: anna.id, username: 'Anna' };
    expect(entries.filter(({ action }) => action === entry.action).slice(0, 2)).toMatchObject([
      { ...entry, user, details: { role: 'user' } },
      { ...entry, user, details: { role: 'administrator' } },
    ]);
  });

  it('changes nothing, and writes nothing down, where all is so already', async () => {
    const before = await auditOf();
    for (const json of [{}, { role: 'user' }, { suspended: false }])
      expect((await patch('Anna', json)).status).toBe(200);
    expect(await auditOf()).toEqual(before);
  });

  it.each<[string, unknown, string[]]>([
    ['another role', { role: 'owner' }, ['role']],
    ['no boolean', { suspended: 'yes' }, ['suspended']],
    ['other columns', { email: 'x@example.org', id: 1, suspendedAt: null }, ['email', 'id', 'suspendedAt']],
  ])('refuses %s', async (_title, json, paths) => {
    expect(await codeOf(await patch('Anna', json))).toEqual([422, paths]);
  });

  it.each(['nobody-of-that-name', 'A%nna', '_nna', 'x', 'an na', ...(BEHIND_NGINX ? [] : ['\0'])])(
    'knows nobody called %j',
    async (name) => {
      for (const as of [chief, anna]) expect((await patch(name, { suspended: 'x' }, as)).status).toBe(404);
    },
  );

  it('keeps the last administrator: neither demoted nor suspended, not even by themselves', async () => {
    for (const json of [{ role: 'user' }, { suspended: true }, { role: 'user', suspended: true }]) {
      expect(await codeOf(await patch('chief', json))).toEqual([409, undefined]);
    }
    // A suspended administrator cannot sign in, and does not count.
    await patch('Anna', { role: 'administrator', suspended: true });
    expect((await patch('chief', { role: 'user' })).status).toBe(409);
    await patch('Anna', { suspended: false });
    expect((await patch('chief', { role: 'user' })).status).toBe(200);
  });

  it('keeps one of two administrators who demote or suspend each other at the same time', async () => {
    for (const json of [{ role: 'user' }, { suspended: true }]) {
      await pool().query(`UPDATE users SET role = 'administrator', suspended_at = NULL WHERE id = ANY($1)`, [
        [chief.id, anna.id],
      ]);
      const [one, other] = await Promise.all([signInAgain(chief), signInAgain(anna)]);
      // Both are let in before either is served.
      const holder = await pool().connect();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM users FOR UPDATE');
      const both = Promise.all([
        patch('Anna', json, { ...chief, ...one }),
        patch('chief', json, { ...anna, ...other }),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await holder.query('COMMIT');
      holder.release();
      expect((await both).map(({ status }) => status).sort()).toEqual([200, 409]);
      const { rowCount } = await pool().query(
        `SELECT FROM users WHERE role = 'administrator' AND suspended_at IS NULL`,
      );
      expect(rowCount).toBe(1);
    }
    await pool().query('UPDATE sessions SET revoked_at = NULL WHERE id = ANY($1)', [[chief.sessionId, anna.sessionId]]);
  });
});

describe('suspension', () => {
  it('ends every session at once: REST, Socket.IO, plain WebSocket; and reinstating brings none back', async () => {
    const boris = await createPerson({ username: 'boris' });
    const { name } = await createRoom({ owner: chief, members: [boris] });
    const second = await signInAgain(boris);
    const socket = world.keep(await SocketIoClient.connect(world.url, boris.token));
    const plain = world.keep(await PlainSocket.join(world.url, name, second.token));
    const begun = performance.now();
    expect((await userOf(await patch('boris', { suspended: true }))).suspendedAt).toMatch(/Z$/);
    const tokens = [boris.token, second.token];
    const statuses = () =>
      Promise.all(
        tokens.map(async (token) => (await request(world, '/api/v1/me', { as: { ...boris, token } })).status),
      );
    expect(await statuses()).toEqual([401, 401]);
    expect((await plain.closed).code).toBe(4401);
    expect(await socket.facts.wait('session:closing')).toMatchObject({ code: 4401 });
    await socket.facts.wait('(closed)');
    expect(performance.now() - begun).toBeLessThan(5_000);
    await expect(SocketIoClient.connect(world.url, boris.token)).rejects.toMatchObject({
      data: { code: 'unauthenticated' },
    });
    await expect(PlainSocket.join(world.url, name, second.token)).rejects.toMatchObject({ status: 401 });

    const signIn = (password: string) => request(world, '/login', { json: { email: boris.email, password } });
    expect((await signIn(PASSWORD)).status).toBe(403);
    expect((await signIn('not this one')).status).toBe(401);
    expect((await auditOf()).entries[0]).toMatchObject({ action: 'user:suspended', user: { username: 'boris' } });

    expect((await userOf(await patch('boris', { suspended: false }))).suspendedAt).toBeNull();
    expect((await auditOf()).entries[0]).toMatchObject({ action: 'user:reinstated', user: { username: 'boris' } });
    expect(await statuses()).toEqual([401, 401]);
    expect((await signIn(PASSWORD)).status).toBe(200);
  });

  it('lets no session through that begins at the same moment', async () => {
    const vera = await createPerson({ username: 'vera' });
    const holder = await pool().connect();
    try {
      await holder.query('BEGIN');
      await holder.query('UPDATE users SET suspended_at = now() WHERE id = $1', [vera.id]);
      const late = request(world, '/login', { json: { email: vera.email, password: PASSWORD } });
      // The password was right and nobody was suspended when it was looked at: now it waits.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await holder.query('COMMIT');
      expect((await late).status).toBe(403);
    } finally {
      holder.release();
    }
  });
});
