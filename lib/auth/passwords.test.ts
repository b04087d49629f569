import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEnv, setEnv } from '../env';
import { closePasswords, hashPassword, isOutdated, NO_PASSWORD, verifyPassword } from './passwords';

const PASSWORD = 'correct horse';

describe('passwords', () => {
  beforeAll(() => setEnv(loadEnv({ BCRYPT_COST: '10' })));
  afterAll(closePasswords);

  it('are hashed with bcrypt at the configured cost, never alike', async () => {
    const [one, other] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    expect(one).toMatch(/^\$2b\$10\$/);
    expect(one).not.toBe(other);
    expect(isOutdated(one)).toBe(false);
    expect(isOutdated(one.replace('$10$', '$12$'))).toBe(true);
  });

  it('fit their own hash alone', async () => {
    const hash = await hashPassword(PASSWORD);
    expect(await verifyPassword(PASSWORD, hash)).toBe(true);
    expect(await verifyPassword('Correct horse', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
    expect(await verifyPassword(PASSWORD, undefined)).toBe(false);
  });

  it('are compared up to the 72nd byte, and refused beyond it', async () => {
    const longest = 'п'.repeat(36);
    const hash = await hashPassword(longest);
    expect(await verifyPassword(longest, hash)).toBe(true);
    expect(await verifyPassword(`${longest}x`, hash)).toBe(false);
    await expect(hashPassword(`${longest}x`)).rejects.toThrow(RangeError);
  });

  it('are refused with a NUL', async () => {
    const hash = await hashPassword(PASSWORD);
    expect(await verifyPassword(`${PASSWORD}\0`, hash)).toBe(false);
    expect(await verifyPassword(`${PASSWORD}\0tail`, hash)).toBe(false);
    await expect(hashPassword('12345678\0')).rejects.toThrow(RangeError);
  });

  it('fit no account that has none, whatever they are', async () => {
    for (const password of [NO_PASSWORD, '', PASSWORD]) expect(await verifyPassword(password, NO_PASSWORD)).toBe(false);
    expect(isOutdated(NO_PASSWORD)).toBe(false);
  });

  it('take as long to compare for nobody as for somebody', async () => {
    const hash = await hashPassword(PASSWORD);
    const fastest = async (password: string, of: string | undefined) => {
      const times: number[] = [];
      for (let time = 0; time < 5; time++) {
        const start = performance.now();
        await verifyPassword(password, of);
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const somebody = await fastest('wrong password', hash);
    for (const [password, of] of [
      ['wrong password', undefined],
      ['wrong password', NO_PASSWORD],
      ['x'.repeat(200), hash],
      ['with\0nul', hash],
    ] as const) {
      expect((await fastest(password, of)) / somebody).toBeGreaterThan(0.6);
    }
  });

  it('leave the event loop free', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await Promise.all(Array.from({ length: 6 }, () => hashPassword(PASSWORD)));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });

  it('are refused with a time to wait when too many are waiting', async () => {
    setEnv(loadEnv({ BCRYPT_COST: '4' }));
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => hashPassword(PASSWORD)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(200);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'rate_limited', retryAfterMs: 5_000 });
  });
});
