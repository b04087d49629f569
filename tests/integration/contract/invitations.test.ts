import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { invitationSchema, roomSchema } from '@/lib/contracts/entities';
import { pool } from '@/lib/db';
import { env, setEnv, type Registration } from '@/lib/env';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { problemSchema } from '../../harness/answers';
import { createPerson, type Person } from '../../harness/people';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld, request } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
let chief: Person;
beforeAll(async () => {
  [anna, boris, chief] = await Promise.all([createPerson(), createPerson(), createPerson({ role: 'administrator' })]);
});

const listed = invitationSchema.strict();
const made = z.strictObject({ invitation: listed.extend({ url: z.url() }) });

const listPath = (room: string | null) => (room === null ? '/api/v1/invitations' : `/api/v1/rooms/${room}/invitations`);

async function invite(as: Person, room: string | null, options: object = {}) {
  const response = await request(world, listPath(room), { json: options, as });
  expect(response.status).toBe(201);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { invitation } = made.parse(await response.json());
  return { ...invitation, token: invitation.url.split('/invite/')[1] ?? '' };
}

async function list(as: Person, room: string | null) {
  const response = await request(world, listPath(room), { as });
  return z.strictObject({ invitations: z.array(listed) }).parse(await response.json()).invitations;
}

const revoke = async (as: Person, room: string | null, id: number | string) =>
  (await request(world, `${listPath(room)}/${id}`, { method: 'DELETE', as })).status;

const accept = (as: Person | null, token: string, headers: Record<string, string> = {}) =>
  request(world, `/invite/${token}`, { method: 'POST', as, headers });
const joinStatus = async (as: Person | null, token: string) => (await accept(as, token)).status;

const usesOf = async (id: number) =>
  (await pool().query<{ uses: number }>('SELECT uses FROM invitations WHERE id = $1', [id])).rows[0]?.uses;
const membersOf = async (roomId: number) =>
  (
    await pool().query<{ user_id: number }>(
      'SELECT user_id FROM memberships WHERE room_id = $1 AND removed_at IS NULL ORDER BY user_id',
      [roomId],
    )
  ).rows.map((row) => row.user_id);

let counter = 0;
const newcomer = (invitation?: string) => {
  const username = `invited-${++counter}`;
  return { email: `${username}@example.org`, username, password: 'correct horse battery', invitation };
};
const register = (fields: object) => request(world, '/register', { json: fields });

async function withRegistration<T>(registration: Registration, work: () => Promise<T>): Promise<T> {
  const before = env();
  try {
    setEnv({ ...before, registration });
    return await work();
  } finally {
    setEnv(before);
  }
}

describe('an invitation to a room', () => {
  it('is made, listed without its link, and taken back; only a hash is kept', async () => {
    const room = await world.privateRoom(anna);
    const first = await invite(anna, room.name);
    expect(first).toMatchObject({ maxUses: null, uses: 0, createdBy: { id: anna.id, username: anna.username } });
    expect(first.url).toBe(`${world.url}/invite/${first.token}`);
    expect(Buffer.from(first.token, 'base64url')).toHaveLength(32);
    expect(Date.parse(first.expiresAt) - Date.parse(first.createdAt)).toBe(168 * 3_600_000);
    const second = await invite(chief, room.name, { expiresInHours: 1, maxUses: 2 });
    expect(Date.parse(second.expiresAt) - Date.parse(second.createdAt)).toBe(3_600_000);
    expect((await list(anna, room.name)).map(({ id, maxUses, createdBy }) => [id, maxUses, createdBy.id])).toEqual([
      [second.id, 2, chief.id],
      [first.id, null, anna.id],
    ]);
    const other = await world.room(anna);
    expect(await revoke(anna, other.name, first.id)).toBe(404);
    expect(await revoke(chief, null, first.id)).toBe(404);
    expect(await revoke(anna, room.name, first.id)).toBe(204);
    expect(await revoke(anna, room.name, first.id)).toBe(404);
    for (const id of ['x', '0', '99999999999']) expect(await revoke(anna, room.name, id)).toBe(404);
    expect((await list(anna, room.name)).map(({ id }) => id)).toEqual([second.id]);

    const { rows } = await pool().query<{ action: string; actor: string; row: string }>(
      'SELECT action, actor, a::text AS row FROM audit_log a WHERE room_id = $1 ORDER BY id',
      [room.id],
    );
    expect(rows.map(({ action, actor }) => [action, actor])).toEqual([
      ['invitation:created', anna.username],
      ['invitation:created', chief.username],
      ['invitation:revoked', anna.username],
    ]);
    const kept = await pool().query<{ row: string }>('SELECT i::text AS row FROM invitations i');
    for (const { row } of [...rows, ...kept.rows]) expect(row).not.toContain(first.token);
  });

  it('refuses what cannot be, by name', async () => {
    const { name } = await world.room(anna);
    for (const [json, paths] of [
      [{ expiresInHours: 0 }, ['expiresInHours']],
      [{ expiresInHours: 8_761 }, ['expiresInHours']],
      [{ expiresInHours: 1.5, maxUses: '3' }, ['expiresInHours', 'maxUses']],
      [{ maxUses: 0 }, ['maxUses']],
      [{ maxUses: 1_001 }, ['maxUses']],
      [{ uses: 1 }, ['uses']],
    ] as const) {
      for (const path of [listPath(name), listPath(null)]) {
        const response = await request(world, path, { json, as: chief });
        expect(response.status).toBe(422);
        expect(problemSchema.parse(await response.json()).errors?.map((error) => error.path)).toEqual(paths);
      }
    }
  });

  it('lets somebody into a private room, who is told as everybody there is, and counts once', async () => {
    const room = await world.privateRoom(anna);
    const link = await invite(anna, room.name);
    const guest = await createPerson();
    const [mine, theirs] = await Promise.all(
      [anna, guest].map(async ({ token }) => world.keep(await SocketIoClient.connect(world.url, token))),
    );
    await mine?.call('room:join', { room: room.name });
    await mine?.call('message:send', { room: room.name, body: 'before' });
    const response = await accept(guest, link.token);
    expect(response.status).toBe(200);
    expect(z.strictObject({ room: roomSchema.strict() }).parse(await response.json()).room.id).toBe(room.id);
    const user = { id: guest.id, username: guest.username };
    expect(await mine?.facts.wait('member:added')).toMatchObject({ roomId: room.id, user });
    expect(await theirs?.facts.wait('room:added')).toMatchObject({ room: { id: room.id } });
    expect(await theirs?.call('room:join', { room: room.name })).toMatchObject({ ok: true });
    const own = await request(world, '/api/v1/rooms', { as: guest });
    expect(await own.json()).toMatchObject({ rooms: [{ id: room.id, unread: 0 }] });

    expect([await joinStatus(guest, link.token), await joinStatus(anna, link.token)]).toEqual([200, 200]);
    expect(await usesOf(link.id)).toBe(1);
    const form = await accept(boris, link.token, { accept: 'text/html' });
    expect([form.status, form.headers.get('location')]).toEqual([303, `/chat/${room.name}`]);
    expect(await usesOf(link.id)).toBe(2);
  });

  it('asks a browser to sign in first, and to come back', async () => {
    const link = await invite(anna, (await world.room(anna)).name);
    const form = await accept(null, link.token, { accept: 'text/html' });
    const here = encodeURIComponent(`/invite/${link.token}`);
    expect([form.status, form.headers.get('location')]).toEqual([303, `/login?callbackUrl=${here}`]);
    const foreign = { cookie: boris.cookie, origin: 'https://evil.example' };
    expect((await accept(null, link.token, foreign)).status).toBe(403);
    expect(await usesOf(link.id)).toBe(0);
  });

  it('leaves out whoever was removed by somebody else, and lets in who left', async () => {
    const room = await world.room(anna, boris);
    const member = `/api/v1/rooms/${room.name}/members/${boris.username}`;
    const link = await invite(anna, room.name);
    await request(world, member, { method: 'DELETE', as: boris });
    expect(await joinStatus(boris, link.token)).toBe(200);
    await request(world, member, { method: 'DELETE', as: anna });
    expect(await joinStatus(boris, link.token)).toBe(403);
    expect(await usesOf(link.id)).toBe(1);
    await request(world, member, { method: 'PUT', as: anna });
    expect(await joinStatus(boris, link.token)).toBe(200);
    expect(await usesOf(link.id)).toBe(1);
  });

  it('answers alike whatever the reason that it is not good', async () => {
    const dead: string[] = ['nobody-made-this-one', ...(BEHIND_NGINX ? [] : ['%00']), 'x'.repeat(5_000)];
    const someRoom = async () => (await world.privateRoom(anna)).name;
    const expired = await invite(anna, await someRoom());
    await pool().query(`UPDATE invitations SET expires_at = now() - interval '1 second' WHERE id = $1`, [expired.id]);
    const revoked = await invite(anna, await someRoom());
    await pool().query('UPDATE invitations SET revoked_at = now() WHERE id = $1', [revoked.id]);
    const used = await invite(anna, await someRoom(), { maxUses: 1 });
    const first = await createPerson();
    expect(await joinStatus(first, used.token)).toBe(200);
    const gone = await someRoom();
    const goneLink = await invite(anna, gone);
    await request(world, `/api/v1/rooms/${gone}`, { method: 'DELETE', as: anna });
    const handed = await world.privateRoom(anna, boris);
    const handedLink = await invite(anna, handed.name);
    await request(world, `/api/v1/rooms/${handed.name}`, {
      method: 'PATCH',
      json: { owner: boris.username },
      as: anna,
    });
    const [suspended, demoted, deleted] = await Promise.all([
      createPerson(),
      createPerson({ role: 'administrator' }),
      createPerson(),
    ]);
    const suspendedLink = await invite(suspended, (await world.privateRoom(suspended)).name);
    await pool().query('UPDATE users SET suspended_at = now() WHERE id = $1', [suspended.id]);
    const demotedLinks = [await invite(demoted, handed.name), await invite(demoted, null)];
    await pool().query(`UPDATE users SET role = 'user' WHERE id = $1`, [demoted.id]);
    const deletedLink = await invite(deleted, (await world.privateRoom(deleted)).name);
    await pool().query('DELETE FROM users WHERE id = $1', [deleted.id]);
    const links = [expired, revoked, used, goneLink, handedLink, suspendedLink, ...demotedLinks, deletedLink];
    dead.push(...links.map(({ token }) => token));

    const stranger = await createPerson();
    for (const token of dead) {
      const response = await accept(stranger, token);
      const { code, detail } = problemSchema.parse(await response.json());
      expect([token, response.status, code, detail]).toEqual([
        token,
        404,
        'not_found',
        'This invitation is not valid any more.',
      ]);
      const refused = await register(newcomer(token));
      expect([token, refused.status]).toEqual([token, 422]);
    }
    // Who has come by the last use, and clicks twice, is led to the room.
    expect(await joinStatus(first, used.token)).toBe(200);
    expect(await list(boris, handed.name)).toEqual([]);
  });

  it('never lets in more than it was made for', async () => {
    const room = await world.privateRoom(anna);
    const link = await invite(anna, room.name, { maxUses: 3 });
    const crowd = await Promise.all(Array.from({ length: 20 }, () => createPerson()));
    const statuses = await Promise.all(crowd.map((one) => joinStatus(one, link.token)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 404)).toHaveLength(17);
    expect(await membersOf(room.id)).toHaveLength(4);
    expect(await usesOf(link.id)).toBe(3);
    expect(await list(anna, room.name)).toEqual([]);
  });

  it('counts one person once who comes many times at once', async () => {
    const room = await world.privateRoom(anna);
    const link = await invite(anna, room.name, { maxUses: 5 });
    const guest = await createPerson();
    const statuses = await Promise.all(Array.from({ length: 10 }, () => joinStatus(guest, link.token)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await usesOf(link.id)).toBe(1);
  });

  it('is limited per address', async () => {
    const before = env();
    try {
      setEnv({ ...before, rateLimits: true });
      const guests = await Promise.all([createPerson(), createPerson()]);
      const statuses: number[] = [];
      for (let time = 0; time < 122; time++) statuses.push(await joinStatus(guests[time % 2] ?? null, 'nothing'));
      expect(statuses.slice(118)).toEqual([404, 404, 429, 429]);
    } finally {
      setEnv(before);
    }
  });

  it('gives the same over a socket', async () => {
    const room = await world.privateRoom(anna);
    const client = world.keep(await SocketIoClient.connect(world.url, anna.token));
    const answer = await client.call('invitation:create', { room: room.name, maxUses: 1 });
    const { invitation, token } = z.looseObject({ invitation: listed, token: z.string() }).parse(answer);
    expect(await client.call('invitation:list', { room: room.name })).toMatchObject({ invitations: [invitation] });
    expect(await joinStatus(boris, token)).toBe(200);
    expect(await client.call('invitation:revoke', { room: room.name, id: invitation.id })).toMatchObject({ ok: true });
  });
});

describe('races', () => {
  it('nobody comes in after a removal or a revocation was answered, and facts keep the order', async () => {
    const room = await world.privateRoom(anna);
    const guest = await createPerson();
    const watcher = world.keep(await SocketIoClient.connect(world.url, anna.token));
    await watcher.call('room:join', { room: room.name });
    const heard: string[] = [];
    for (let round = 0; round < 15; round++) {
      const link = await invite(anna, room.name);
      const from = watcher.facts.all.length;
      // Joining, being removed and the end of the link, all at once: whatever comes first, the stored state and the facts agree.
      const [joined, removed, revoked] = await Promise.all([
        joinStatus(guest, link.token),
        request(world, `/api/v1/rooms/${room.name}/members/${guest.username}`, { method: 'DELETE', as: anna }),
        revoke(anna, room.name, link.id),
      ]);
      expect(revoked).toBe(204);
      expect([200, 404]).toContain(joined);
      expect(await joinStatus(await createPerson(), link.token)).toBe(404);
      const isIn = (await membersOf(room.id)).includes(guest.id);
      expect(isIn).toBe(joined === 200 && removed.status === 404);
      await watcher.call('room:read', { room: room.name, seq: 0 });
      const facts = watcher.facts.all
        .slice(from)
        .map(({ name }) => name)
        .filter((name) => name.startsWith('member:'));
      const expected = [
        ...(joined === 200 ? ['member:added'] : []),
        ...(removed.status === 204 ? ['member:removed'] : []),
      ];
      expect(facts).toEqual(expected);
      heard.push(facts.join());
      // Begin again as a stranger.
      await pool().query('DELETE FROM memberships WHERE room_id = $1 AND user_id = $2', [room.id, guest.id]);
    }
    expect(heard.some((facts) => facts.startsWith('member:added'))).toBe(true);
  });

  it('of a deleted room nobody becomes a member, and no account is made for it', async () => {
    for (let round = 0; round < 5; round++) {
      const room = await world.privateRoom(anna);
      const link = await invite(anna, room.name);
      const fields = newcomer(link.token);
      const [joined, registered, deleted] = await Promise.all([
        joinStatus(boris, link.token),
        register(fields),
        request(world, `/api/v1/rooms/${room.name}`, { method: 'DELETE', as: anna }),
      ]);
      expect(deleted.status).toBe(204);
      expect([200, 404]).toContain(joined);
      expect([201, 404, 422]).toContain(registered.status);
      const { rowCount } = await pool().query('SELECT FROM users WHERE email = $1', [fields.email]);
      expect(rowCount).toBe(registered.status === 201 ? 1 : 0);
    }
  });
});

describe('an invitation at registration', () => {
  it('of a room: the account is in it at once, and its members are told', async () => {
    const room = await world.privateRoom(anna);
    const link = await invite(anna, room.name, { maxUses: 2 });
    const watcher = world.keep(await SocketIoClient.connect(world.url, anna.token));
    await watcher.call('room:join', { room: room.name });
    const fields = newcomer(link.token);
    const response = await register(fields);
    expect(response.status).toBe(201);
    const { user } = z.object({ user: z.object({ id: z.int() }) }).parse(await response.json());
    expect(await membersOf(room.id)).toContain(user.id);
    expect(await watcher.facts.wait('member:added')).toMatchObject({ user: { username: fields.username } });
    const headers = { accept: 'text/html', origin: world.url };
    const { email, username, password } = newcomer();
    const form = { email, username, password, invitation: link.token };
    const browser = await request(world, '/register', { form, headers });
    expect([browser.status, browser.headers.get('location')]).toEqual([303, `/chat/${room.name}`]);
    expect(await usesOf(link.id)).toBe(2);
    expect((await register(newcomer(link.token))).status).toBe(422);
  });

  it('admits where registration is by invitation, and nowhere if it is closed', async () => {
    const [service, room] = [await invite(chief, null), await invite(anna, (await world.privateRoom(anna)).name)];
    await withRegistration('invited', async () => {
      expect((await register(newcomer())).status).toBe(403);
      expect((await register(newcomer('nobody made this one'))).status).toBe(422);
      for (const { token } of [service, room]) expect((await register(newcomer(token))).status).toBe(201);
    });
    await withRegistration('closed', async () => {
      for (const { token } of [service, room]) expect((await register(newcomer(token))).status).toBe(403);
    });
    expect([await usesOf(service.id), await usesOf(room.id)]).toEqual([1, 1]);
    expect(await (await accept(boris, service.token)).json()).toEqual({ room: null });
    expect(await usesOf(service.id)).toBe(1);
  });

  it('that is bad is told before what is taken, and what is taken uses nothing up', async () => {
    const { name } = await world.privateRoom(anna);
    const link = await invite(anna, name, { maxUses: 1 });
    const taken = { email: boris.email, username: boris.username, password: 'correct horse battery' };
    const bad = await register({ ...taken, invitation: 'nobody made this one' });
    expect(bad.status).toBe(422);
    expect(problemSchema.parse(await bad.json()).errors).toEqual([
      { path: 'invitation', message: 'This invitation is not valid any more.' },
    ]);
    expect((await register({ ...taken, invitation: link.token })).status).toBe(409);
    expect((await register({ ...newcomer(link.token), password: 'short' })).status).toBe(422);
    expect(await usesOf(link.id)).toBe(0);
    expect((await register(newcomer(link.token))).status).toBe(201);
  });

  it.each(['a room', 'the service'])('never makes more accounts than it was made for: to %s', async (where) => {
    const room = await world.privateRoom(anna);
    const link = await invite(chief, where === 'a room' ? room.name : null, { maxUses: 3 });
    const answers = await withRegistration('invited', () =>
      Promise.all(Array.from({ length: 20 }, async () => (await register(newcomer(link.token))).status)),
    );
    expect(answers.filter((status) => status === 201)).toHaveLength(3);
    expect(answers.filter((status) => status === 422)).toHaveLength(17);
    expect(await usesOf(link.id)).toBe(3);
    expect(await membersOf(room.id)).toHaveLength(where === 'a room' ? 4 : 1);
  });
});
