import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pool } from '@/lib/db';
import { env, setEnv } from '@/lib/env';
import { PASSWORD } from '../../factories';
import { problemSchema } from '../../harness/answers';
import { createPerson, type Person } from '../../harness/people';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld, request } from './world';

const world = inWorld();
let chief: Person;
beforeAll(async () => {
  chief = await createPerson({ role: 'administrator' });
});

const linkSchema = z.strictObject({ url: z.url(), expiresAt: z.iso.datetime() });

async function issue(person: Person): Promise<{ token: string; url: string; expiresAt: string }> {
  const response = await request(world, `/api/v1/users/${person.username}/reset`, { method: 'POST', as: chief });
  expect(response.status).toBe(201);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const link = linkSchema.parse(await response.json());
  return { ...link, token: new URL(link.url).searchParams.get('token') ?? '' };
}

const NEW = 'a quite new password';
const reset = (token: unknown, password: unknown = NEW, headers: Record<string, string> = {}) =>
  request(world, '/reset', { json: { token, password }, headers });
const signIn = async (person: Person, password: string) =>
  (await request(world, '/login', { json: { email: person.email, password } })).status;

describe('a reset link', () => {
  it('is of this service, lives a day, and only its hash is kept', async () => {
    const person = await createPerson();
    const { token, url, expiresAt } = await issue(person);
    expect(url).toBe(`${world.url}/reset?token=${token}`);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(24 * 3_600_000);
    const { rows } = await pool().query<{ row: string }>(
      'SELECT r::text AS row FROM password_resets r WHERE user_id = $1',
      [person.id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain(token);
    const { rows: entries } = await pool().query<{ row: string; action: string }>(
      'SELECT action, a::text AS row FROM audit_log a WHERE user_id = $1',
      [person.id],
    );
    expect(entries).toMatchObject([{ action: 'user:reset-issued' }]);
    expect(entries[0]?.row).not.toContain(token);
  });

  it('sets the password once, and ends every session', async () => {
    const person = await createPerson();
    const socket = world.keep(await SocketIoClient.connect(world.url, person.token));
    const { token } = await issue(person);
    expect((await reset(token)).status).toBe(204);
    expect((await request(world, '/api/v1/me', { as: person })).status).toBe(401);
    expect(await socket.facts.wait('session:closing')).toMatchObject({ code: 4401 });
    expect([await signIn(person, PASSWORD), await signIn(person, NEW)]).toEqual([401, 200]);
    expect((await reset(token, 'yet another password')).status).toBe(422);
    expect(await signIn(person, NEW)).toBe(200);
  });

  it('leads a browser to sign in', async () => {
    const { token } = await issue(await createPerson());
    const headers = { accept: 'text/html', origin: world.url };
    const response = await request(world, '/reset', { form: { token, password: NEW }, headers });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login']);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('lets one of two win that come at the same time', async () => {
    const person = await createPerson();
    const { token } = await issue(person);
    const passwords = ['the first password', 'the second password', 'the third password'];
    const statuses = await Promise.all(passwords.map(async (password) => (await reset(token, password)).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 422, 422]);
    expect(await signIn(person, passwords[statuses.indexOf(204)] ?? '')).toBe(200);
  });

  it('answers alike for a token that nobody made, that was used, replaced, or has expired', async () => {
    const [one, other] = [await createPerson(), await createPerson()];
    const [replaced, used] = [await issue(one), await issue(other)];
    const late = await issue(one);
    await reset(used.token);
    await pool().query(`UPDATE password_resets SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      one.id,
    ]);
    const answers = await Promise.all(
      ['nobody made this one', '\0', 'x'.repeat(5_000), replaced.token, used.token, late.token].map(async (token) => {
        const response = await reset(token);
        return [response.status, await response.text()];
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.[0]).toBe(422);
    expect(problemSchema.parse(JSON.parse(String(answers[0]?.[1]))).errors).toMatchObject([{ path: 'token' }]);
    expect(await signIn(one, PASSWORD)).toBe(200);
  });

  it('stays good after a password that is not, and with nothing that does not belong', async () => {
    const person = await createPerson();
    const { token } = await issue(person);
    for (const [json, paths] of [
      [{ token, password: 'short' }, ['password']],
      [{ token, password: 'я'.repeat(37) }, ['password']],
      [{ password: NEW }, ['token']],
      [{ token: '', password: NEW }, ['token']],
      [{ token: 1, password: NEW }, ['token']],
      [{ token, password: NEW, username: chief.username }, ['username']],
    ] as const) {
      const response = await request(world, '/reset', { json });
      expect(response.status).toBe(422);
      expect(problemSchema.parse(await response.json()).errors?.map(({ path }) => path)).toEqual(paths);
    }
    expect((await reset(token, NEW, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await reset(token)).status).toBe(204);
  });

  it('is void once its owner has changed the password', async () => {
    const person = await createPerson();
    const { token } = await issue(person);
    const change = { currentPassword: PASSWORD, newPassword: 'chosen meanwhile' };
    expect((await request(world, '/api/v1/me/password', { as: person, json: change })).status).toBe(204);
    expect((await reset(token)).status).toBe(422);
    expect(await signIn(person, 'chosen meanwhile')).toBe(200);
  });

  it('does not sign in whoever is suspended', async () => {
    const person = await createPerson();
    await pool().query('UPDATE users SET suspended_at = now() WHERE id = $1', [person.id]);
    const { token } = await issue(person);
    expect((await reset(token)).status).toBe(204);
    expect(await signIn(person, NEW)).toBe(403);
  });

  it('is limited per address', async () => {
    const before = env();
    try {
      setEnv({ ...before, rateLimits: true });
      const statuses: number[] = [];
      for (let time = 0; time < 32; time++) statuses.push((await reset('nobody made this one')).status);
      expect(statuses.filter((status) => status === 422)).toHaveLength(30);
      expect(statuses.slice(30)).toEqual([429, 429]);
    } finally {
      setEnv(before);
    }
  });
});
