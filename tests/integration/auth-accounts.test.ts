import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureAdministrator, register as registerAnyhow, signIn } from '@/lib/auth/accounts';
import { authenticate } from '@/lib/auth/credentials';
import { resolveToken, revokeSession } from '@/lib/auth/sessions';
import { issueToken } from '@/lib/auth/tokens';
import { bus, type BusEvent } from '@/lib/bus';
import { AppError } from '@/lib/contracts/errors';
import { connectDatabase, disconnectDatabase, pool } from '@/lib/db';
import { env, setEnv } from '@/lib/env';
import { databaseUrl } from '../harness/fresh-database';

const PASSWORD = 'correct horse';
let lastAddress = 0;

/** Every test comes from addresses of its own, so that no limit is reached by accident. */
function client() {
  const number = ++lastAddress;
  return { address: `10.0.${number >> 8}.${number & 255}`, userAgent: 'a test' };
}

function account(username: string) {
  return { email: `${randomUUID()}@example.org`, username, password: PASSWORD };
}

/** Nobody here comes by an invitation. */
async function register(fields: unknown, from: ReturnType<typeof client>) {
  const { signedIn } = await registerAnyhow(fields, from, () => Promise.reject(new Error('There is no room')));
  return signedIn;
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error('An AppError was expected', { cause: error });
  return error;
}

const paths = (error: AppError) => error.errors?.map(({ path }) => path);

beforeAll(() => setEnv({ ...env(), rateLimits: true }));
beforeEach(async () => {
  await pool().query('TRUNCATE users, chats RESTART IDENTITY CASCADE');
});

describe('register', () => {
  it('makes an account and signs it in', async () => {
    const {
      account: made,
      token,
      sessionId,
      expiresAt,
    } = await register({ email: ' Anna@Example.ORG ', username: ' Анна ', password: PASSWORD }, client());
    expect(made).toEqual({ id: 1, email: 'anna@example.org', username: 'Анна', role: 'administrator', locale: null });
    expect(await resolveToken(token)).toEqual({ ...made, sessionId, sessionEndsAt: expiresAt.getTime() });
  });

  it('keeps a bcrypt hash, never the password', async () => {
    await register(account('anna'), client());
    const { rows } = await pool().query<{ hashed_password: string }>('SELECT hashed_password FROM users');
    expect(rows[0]?.hashed_password).toMatch(/^\$2b\$04\$.{53}$/);
  });

  it('makes the first account the administrator, and no other', async () => {
    const made = await Promise.all(['one', 'two', 'three', 'four'].map((name) => register(account(name), client())));
    expect(made.filter(({ account: { role } }) => role === 'administrator')).toHaveLength(1);
    expect((await register(account('five'), client())).account.role).toBe('user');
  });

  it('makes the account with ADMIN_EMAIL the administrator instead, sooner or later', async () => {
    const before = env();
    try {
      setEnv({ ...before, adminEmail: 'boss@example.org' });
      expect((await register(account('first'), client())).account.role).toBe('user');
      const boss = await register({ ...account('boss'), email: 'Boss@example.org' }, client());
      expect(boss.account.role).toBe('administrator');
      await pool().query(`UPDATE users SET role = 'user'`);
      await ensureAdministrator();
      expect((await resolveToken(boss.token))?.role).toBe('administrator');
    } finally {
      setEnv(before);
    }
  });

  it('says which fields are taken', async () => {
    const first = account('anna');
    await register(first, client());
    expect(paths(await failure(register({ ...account('boris'), email: first.email.toUpperCase() }, client())))).toEqual(
      ['email'],
    );
    expect(paths(await failure(register(account('anna'), client())))).toEqual(['username']);
    const both = await failure(register(first, client()));
    expect(both.code).toBe('conflict');
    expect(paths(both)).toEqual(['email', 'username']);
  });

  it.each(['ANNA', 'аnna', 'аnnа', 'Аnnа'])('takes %s for anna', async (username) => {
    await register(account('anna'), client());
    expect(await failure(register(account(username), client()))).toMatchObject({ code: 'conflict' });
  });

  it.each([
    ['username', 10, () => ({ ...account('Kate'), email: `${randomUUID()}@example.org` })],
    ['email', 10, (index: number) => ({ ...account(`name${index + 2}`), email: 'same@example.org' })],
  ])('lets one of many take the same %s at the same moment', async (path, many, input) => {
    const results = await Promise.allSettled(
      Array.from({ length: many }, (_, index) => register(input(index), client())),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict', errors: [{ path }] });
    }
    expect((await pool().query('SELECT FROM sessions')).rowCount).toBe(1);
  });

  it.each([
    [{}, ['email', 'username', 'password']],
    [null, ['']],
    [[], ['']],
    [{ ...account('anna'), email: 'anna' }, ['email']],
    [{ ...account('anna'), email: `${'a'.repeat(250)}@example.org` }, ['email']],
    [{ ...account('anna'), username: 'a' }, ['username']],
    [{ ...account('anna'), username: 'anna b' }, ['username']],
    [{ ...account('anna'), username: 'a\u200bnna' }, ['username']],
    [{ ...account('anna'), username: 42 }, ['username']],
    [{ ...account('anna'), password: 'short' }, ['password']],
    [{ ...account('anna'), password: 'п'.repeat(37) }, ['password']],
    [{ ...account('anna'), password: 'with a \0 in it' }, ['password']],
    [{ ...account('anna'), role: 'administrator' }, ['role']],
  ])('refuses %j', async (input, wrong) => {
    const error = await failure(register(input, client()));
    expect(error.code).toBe('unprocessable');
    expect(paths(error)).toEqual(wrong);
  });

  it('is limited per address, and mistakes in the form do not count', async () => {
    const from = client();
    for (let time = 0; time < 100; time++) expect((await failure(register({}, from))).code).toBe('unprocessable');
    const taken = account('anna');
    await register(taken, from);
    for (let time = 0; time < 59; time++) expect((await failure(register(taken, from))).code).toBe('conflict');
    expect(await failure(register({}, from))).toMatchObject({ code: 'rate_limited' });
    await register(account('boris'), client());
  });
});

describe('signIn', () => {
  it('begins another session each time', async () => {
    const made = await register({ ...account('anna'), email: 'anna@example.org' }, client());
    const again = await signIn(
      { email: ' ANNA@example.org', password: PASSWORD },
      { ...client(), userAgent: 'x\0'.repeat(999) },
    );
    expect(again.account).toEqual(made.account);
    expect(again.sessionId).not.toBe(made.sessionId);
    expect(again.token).not.toBe(made.token);
    expect((await resolveToken(made.token))?.sessionId).toBe(made.sessionId);
    expect(again.expiresAt.getTime() - Date.now()).toBeGreaterThan(29.9 * 86_400_000);
  });

  it('answers alike for an unknown address and a wrong password', async () => {
    const known = account('anna');
    await register(known, client());
    const answers = await Promise.all([
      failure(signIn({ email: known.email, password: 'wrong password' }, client())),
      failure(signIn({ email: 'nobody@example.org', password: 'wrong password' }, client())),
      failure(signIn({ email: known.email, password: `${PASSWORD}\0` }, client())),
      failure(signIn({ email: known.email, password: 'x'.repeat(200_000) }, client())),
      failure(signIn({ email: `${known.email}\0`, password: PASSWORD }, client())),
      failure(signIn({ email: '\ud800', password: PASSWORD }, client())),
      failure(signIn({ email: 'x'.repeat(200_000), password: PASSWORD }, client())),
    ]);
    for (const answer of answers) expect(answer.toWire()).toEqual(answers[0].toWire());
    expect(answers[0].code).toBe('unauthenticated');
  });

  it('tells that an account is suspended only to whoever knows its password', async () => {
    const known = account('anna');
    const { token } = await register(known, client());
    await pool().query('UPDATE users SET suspended_at = now()');
    expect((await failure(signIn({ ...known, username: undefined, password: 'wrong password' }, client()))).code).toBe(
      'unprocessable',
    );
    const { email } = known;
    expect((await failure(signIn({ email, password: 'wrong password' }, client()))).code).toBe('unauthenticated');
    expect((await failure(signIn({ email, password: PASSWORD }, client()))).code).toBe('forbidden');
    expect(await resolveToken(token)).toBeNull();
  });

  it.each([
    [{}, ['email', 'password']],
    [{ email: 'anna@example.org' }, ['password']],
    [{ email: '', password: '' }, ['email', 'password']],
    [{ email: 1, password: [] }, ['email', 'password']],
    [{ email: 'a', password: 'b', admin: true }, ['admin']],
  ])('refuses %j', async (input, wrong) => {
    const error = await failure(signIn(input, client()));
    expect(error.code).toBe('unprocessable');
    expect(paths(error)).toEqual(wrong);
  });

  it('is limited per account and address before anything else, and locks nobody out elsewhere', async () => {
    const { email } = await register(account('anna'), client()).then(({ account: made }) => made);
    const from = client();
    for (let time = 0; time < 10; time++) {
      expect((await failure(signIn({ email, password: 'wrong password' }, from))).code).toBe('unauthenticated');
    }
    const limited = await failure(signIn({ email, password: PASSWORD }, from));
    expect(limited.code).toBe('rate_limited');
    expect(limited.retryAfterMs).toBeGreaterThan(0);
    expect((await failure(signIn({ email }, from))).code).toBe('rate_limited');
    await signIn({ email, password: PASSWORD }, client());
  });

  it('is limited per address whatever the account, but not for those who know their password', async () => {
    const { email } = await register(account('anna'), client()).then(({ account: made }) => made);
    const from = client();
    for (let time = 0; time < 40; time++) await signIn({ email, password: PASSWORD }, from);
    for (let time = 0; time < 30; time++) {
      const code = (await failure(signIn({ email: `nobody${time}@example.org`, password: PASSWORD }, from))).code;
      expect(code).toBe('unauthenticated');
    }
    expect((await failure(signIn({ email, password: PASSWORD }, from))).code).toBe('rate_limited');
  });

  it('hashes again at a new cost', async () => {
    const { email } = await register(account('anna'), client()).then(({ account: made }) => made);
    const before = env();
    try {
      setEnv({ ...before, bcryptCost: 5 });
      await signIn({ email, password: PASSWORD }, client());
      await expect
        .poll(
          async () => (await pool().query<{ hash: string }>('SELECT hashed_password AS hash FROM users')).rows[0]?.hash,
        )
        .toMatch(/^\$2b\$05\$/);
      await signIn({ email, password: PASSWORD }, client());
    } finally {
      setEnv(before);
    }
  });
});

describe('sessions', () => {
  it('end when they are revoked, once, and the others stay', async () => {
    const first = await register({ ...account('anna'), email: 'anna@example.org' }, client());
    const second = await signIn({ email: 'anna@example.org', password: PASSWORD }, client());
    const heard: BusEvent[] = [];
    const unsubscribe = bus().subscribe((event) => heard.push(event));
    await revokeSession(first.sessionId);
    await revokeSession(first.sessionId);
    unsubscribe();
    expect(heard).toEqual([{ type: 'session:revoked', sessionId: first.sessionId, userId: first.account.id }]);
    expect(await resolveToken(first.token)).toBeNull();
    expect((await failure(authenticate({ kind: 'bearer', token: first.token }))).code).toBe('unauthenticated');
    expect((await authenticate({ kind: 'cookie', token: second.token })).sessionId).toBe(second.sessionId);
  });

  it('end when they expire in the database, whatever the token says', async () => {
    const { token } = await register(account('anna'), client());
    await pool().query(`UPDATE sessions SET expires_at = now() - interval '1 second'`);
    expect(await resolveToken(token)).toBeNull();
  });

  it('are known by the database alone: a good token without a session, or of another user, is none', async () => {
    const { account: made } = await register(account('anna'), client());
    const other = await register(account('boris'), client());
    const expiresAt = new Date(Date.now() + 60_000);
    expect(await resolveToken(await issueToken({ userId: made.id, tokenId: randomUUID(), expiresAt }))).toBeNull();
    const { rows } = await pool().query<{ token_id: string }>('SELECT token_id FROM sessions WHERE id = $1', [
      other.sessionId,
    ]);
    const tokenId = rows[0]?.token_id ?? '';
    expect(await resolveToken(await issueToken({ userId: made.id, tokenId, expiresAt }))).toBeNull();
    expect(await resolveToken(await issueToken({ userId: other.account.id, tokenId, expiresAt }))).not.toBeNull();
  });

  it('note when they were last used, at most once a minute', async () => {
    const { token } = await register(account('anna'), client());
    const idle = async () => {
      const { rows } = await pool().query<{ idle: number }>(
        'SELECT extract(epoch FROM now() - last_seen_at)::float AS idle FROM sessions',
      );
      return rows[0]?.idle ?? Number.NaN;
    };
    await pool().query(`UPDATE sessions SET last_seen_at = now() - interval '30 seconds'`);
    await resolveToken(token);
    expect(await idle()).toBeGreaterThan(29);
    await pool().query(`UPDATE sessions SET last_seen_at = now() - interval '2 minutes'`);
    await resolveToken(token);
    await expect.poll(idle).toBeLessThan(10);
  });

  it('are neither good nor bad while the database is away', async () => {
    const { token } = await register(account('anna'), client());
    await disconnectDatabase();
    connectDatabase('postgresql://nobody@127.0.0.1:1/nothing');
    try {
      const refusals = await Promise.all([
        failure(authenticate({ kind: 'bearer', token })),
        failure(signIn({ email: 'anna@example.org', password: PASSWORD }, client())),
        failure(register(account('boris'), client())),
        failure(revokeSession(1)),
      ]);
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
      expect((await failure(authenticate({ kind: 'bearer', token: '%%' }))).code).toBe('unauthenticated');
    } finally {
      await disconnectDatabase();
      connectDatabase(databaseUrl());
    }
  });
});
