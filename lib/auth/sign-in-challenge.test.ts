import { afterEach, describe, expect, it, vi } from 'vitest';
import { issueChallenge, passwordMark, readChallenge } from './sign-in-challenge';
import { issueToken, readToken } from './tokens';

const KEYS = { secret: 'the secret of this month, long enough', previousSecret: undefined };
const ROTATED = { secret: 'the secret of next month, long enough', previousSecret: KEYS.secret };
const OTHER = { secret: 'a secret of somebody else, long enough', previousSecret: undefined };

afterEach(() => vi.useRealTimers());

describe('a challenge', () => {
  it('says whose password was right, and which one', async () => {
    const token = await issueChallenge(7, '$2b$hash', KEYS);
    expect(await readChallenge(token, KEYS)).toEqual({ userId: 7, password: passwordMark('$2b$hash') });
    expect(passwordMark('$2b$other')).not.toBe(passwordMark('$2b$hash'));
  });

  it('outlives a change of the secret, and is nothing to another service', async () => {
    const token = await issueChallenge(7, 'hash', KEYS);
    expect(await readChallenge(token, ROTATED)).toMatchObject({ userId: 7 });
    expect(await readChallenge(token, OTHER)).toBeNull();
  });

  it('is good for five minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await issueChallenge(7, 'hash', KEYS);
    vi.setSystemTime(Date.now() + 298_000);
    expect(await readChallenge(token, KEYS)).not.toBeNull();
    vi.setSystemTime(Date.now() + 2_000);
    expect(await readChallenge(token, KEYS)).toBeNull();
  });

  it('is no session, and a session is none', async () => {
    const challenge = await issueChallenge(7, 'hash', KEYS);
    const expiresAt = new Date(Date.now() + 60_000);
    const session = await issueToken({ userId: 7, tokenId: crypto.randomUUID(), expiresAt }, KEYS);
    expect(await readToken(challenge, KEYS)).toBeNull();
    expect(await readChallenge(session, KEYS)).toBeNull();
    expect(await readToken(session, KEYS)).not.toBeNull();
  });

  it.each(['', 'x', 'a.b.c.d.e', 'x'.repeat(5_000)])('is not %j', async (token) => {
    expect(await readChallenge(token, KEYS)).toBeNull();
  });
});
