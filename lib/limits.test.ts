import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from './contracts/errors';
import { loadEnv, setEnv } from './env';
import { addressKey, limit, RATE_LIMITS, refund } from './limits';

async function countUntilRefused(key: string, tries = 1_000): Promise<number> {
  for (let count = 0; count < tries; count++) {
    const refused = await limit('message', key).then(
      () => false,
      () => true,
    );
    if (refused) return count;
  }
  return tries;
}

describe('limit', () => {
  beforeEach(() => setEnv(loadEnv({})));
  afterEach(() => vi.useRealTimers());

  it('lets as many through as it says, then refuses and says for how long', async () => {
    expect(await countUntilRefused('a')).toBe(RATE_LIMITS.message.points);
    const error: unknown = await limit('message', 'a').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'rate_limited' });
    const { retryAfterMs } = error as AppError;
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(RATE_LIMITS.message.durationSeconds * 1_000);
  });

  it('counts each key and each limit by itself', async () => {
    await countUntilRefused('b');
    await expect(limit('message', 'c')).resolves.toBeUndefined();
    await expect(limit('command', 'b')).resolves.toBeUndefined();
  });

  it('counts the addresses of one network together', async () => {
    await limit('requestAddress', '2001:db8::1', RATE_LIMITS.requestAddress.points);
    await expect(limit('requestAddress', '2001:db8::2')).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(limit('requestAddress', '2001:db8:1::1')).resolves.toBeUndefined();
    refund('requestAddress', '2001:db8::3', 2);
    await setImmediate();
    await expect(limit('requestAddress', '2001:db8::2')).resolves.toBeUndefined();
  });

  it('begins anew when the window ends', async () => {
    vi.useFakeTimers();
    await countUntilRefused('d');
    vi.advanceTimersByTime(RATE_LIMITS.message.durationSeconds * 1_000 + 1);
    await expect(limit('message', 'd')).resolves.toBeUndefined();
  });

  it('stops 600 messages in a second, but neither a person nor a bot that writes five a second', async () => {
    vi.useFakeTimers();
    expect(await countUntilRefused('flood', 600)).toBeLessThan(600);
    for (let second = 0; second < 60; second++) {
      for (let message = 0; message < 5; message++) await limit('message', 'bot');
      vi.advanceTimersByTime(1_000);
    }
  });

  it('gives back what did not count, and never more', async () => {
    for (let time = 0; time < 2 * RATE_LIMITS.message.points; time++) {
      await limit('message', 'e');
      refund('message', 'e');
    }
    await setImmediate();
    refund('message', 'e', 1_000);
    await setImmediate();
    expect(await countUntilRefused('e')).toBe(RATE_LIMITS.message.points);
  });

  it('does not turn a late refund into a credit', async () => {
    refund('message', 'f', 10);
    await setImmediate();
    expect(await countUntilRefused('f')).toBe(RATE_LIMITS.message.points);
  });

  it('counts nothing while RATE_LIMITS is off', async () => {
    setEnv(loadEnv({ RATE_LIMITS: 'off' }));
    expect(await countUntilRefused('g')).toBe(1_000);
  });
});

describe('addressKey', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
