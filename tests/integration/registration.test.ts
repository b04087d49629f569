import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { env, setEnv, type Env, type Registration } from '@/lib/env';
import { problemSchema } from '../harness/answers';
import { startInProcess, type InProcessServer } from '../harness/in-process';

let server: InProcessServer;
let usual: Env;
beforeAll(async () => {
  server = await startInProcess();
  usual = env();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await pool().query('TRUNCATE users CASCADE');
  setEnv(usual);
});

const allow = (registration: Registration, adminEmail?: string) => setEnv({ ...usual, registration, adminEmail });

let counter = 0;
function newcomer(more: object = {}) {
  const username = `newcomer-${++counter}`;
  return { email: `${username}@example.org`, username, password: 'correct horse', ...more };
}

const register = (fields: object) =>
  fetch(`${server.url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(fields),
  });
const status = async (fields: object) => (await register(fields)).status;
const count = async () => (await pool().query('SELECT FROM users')).rowCount;

describe.each(['closed', 'invited'] as const)('REGISTRATION=%s', (registration) => {
  it('lets the very first in, one alone, and then nobody', async () => {
    allow(registration);
    const statuses = await Promise.all(Array.from({ length: 4 }, () => status(newcomer())));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 403, 403, 403]);
    const refused = await register(newcomer());
    expect(problemSchema.parse(await refused.json())).toMatchObject({
      code: 'forbidden',
      detail: expect.stringMatching(/^Registration is /) as string,
    });
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await count()).toBe(1);
  });

  it('says so before it looks at what was sent, and does not tell what is taken', async () => {
    allow(registration);
    const first = newcomer();
    await register(first);
    for (const fields of [{}, first, { ...newcomer(), email: 7 }, []]) {
      expect(await status(fields)).toBe(Array.isArray(fields) ? 400 : 403);
    }
  });

  it('lets the account with ADMIN_EMAIL in, once', async () => {
    allow('open');
    await register(newcomer());
    allow(registration, 'boss@example.org');
    expect(await status(newcomer())).toBe(403);
    const answer = await register(newcomer({ email: ' Boss@Example.org ' }));
    expect(answer.status).toBe(201);
    expect(await status(newcomer({ email: 'boss@example.org' }))).toBe(403);
    expect((await pool().query(`SELECT FROM users WHERE role = 'administrator'`)).rowCount).toBe(2);
  });
});

it('an invitation is looked at where one may help, and one that nobody made is none', async () => {
  for (const [registration, expected] of [
    ['open', 422],
    ['invited', 422],
    ['closed', 403],
  ] as const) {
    allow('open');
    await pool().query('TRUNCATE users CASCADE');
    await register(newcomer());
    allow(registration);
    const answer = await register(newcomer({ invitation: 'nobody made this one' }));
    expect(answer.status).toBe(expected);
    if (expected === 422)
      expect(problemSchema.parse(await answer.json()).errors).toEqual([
        { path: 'invitation', message: 'This invitation is not valid any more.' },
      ]);
    expect(await count()).toBe(1);
  }
});
