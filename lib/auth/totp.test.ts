import { Secret } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { newTotpSecret, stepOfCode, totpUri } from './totp';

/** RFC 6238, appendix B: the key, and the last six of the eight digits. */
const KEY = Secret.fromLatin1('12345678901234567890').base32;
const VECTORS = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

describe('a code', () => {
  it.each(VECTORS)('at %d s is %s', (seconds, code) => {
    expect(stepOfCode(KEY, code, seconds * 1_000)).toBe(Math.floor(seconds / 30));
  });

  it('belongs to its own step, a step before and after it too, and to none further away', () => {
    const [seconds, code] = VECTORS[2];
    const step = Math.floor(seconds / 30);
    const at = (steps: number) => stepOfCode(KEY, code, (step + steps) * 30_000);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, step, step, step, null]);
  });

  it.each(['', '28708', '2870820', '94287082', 'abcdef', '287 82'])('is not %j', (code) => {
    expect(stepOfCode(KEY, code, 59_000)).toBeNull();
  });
});

describe('a secret', () => {
  it('has 160 bits, and is another each time', () => {
    const [one, other] = [newTotpSecret(), newTotpSecret()];
    expect(Secret.fromBase32(one).bytes).toHaveLength(20);
    expect(one).not.toBe(other);
  });

  it.each([
    ['chat.example.org', 'Beseda (chat.example.org)'],
    ['[::1]', 'Beseda ([..1])'],
  ])('is given to an application with the name of the service at %s', (host, issuer) => {
    const uri = new URL(totpUri(KEY, host, 'anna+b@example.org'));
    expect(uri.href).toMatch(/^otpauth:\/\/totp\//);
    expect(decodeURIComponent(uri.pathname)).toBe(`/${issuer}:anna+b@example.org`);
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer,
      secret: KEY,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
