import { randomUUID } from 'node:crypto';
import { encode } from 'next-auth/jwt';
import { describe, expect, it } from 'vitest';
import { issueToken, readToken, type SessionClaims } from './tokens';

const keys = { secret: 'a secret of this service', previousSecret: undefined };
const rotated = { secret: 'the next secret', previousSecret: keys.secret };

function claims(seconds = 60): SessionClaims {
  return { userId: 7, tokenId: randomUUID(), expiresAt: new Date(Date.now() + seconds * 1_000) };
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('session tokens', () => {
  it('carry whose session they are, and until when', async () => {
    const issued = claims();
    const read = await readToken(await issueToken(issued, keys), keys);
    expect(read).toMatchObject({ userId: 7, tokenId: issued.tokenId });
    expect(Math.abs((read?.expiresAt.getTime() ?? 0) - issued.expiresAt.getTime())).toBeLessThan(2_000);
  });

  it('say nothing to whoever lacks the secret', async () => {
    const issued = claims();
    const token = await issueToken(issued, keys);
    const parts = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(parts.join()).not.toContain(issued.tokenId);
  });

  it('are new each time', async () => {
    const issued = claims();
    expect(await issueToken(issued, keys)).not.toBe(await issueToken(issued, keys));
  });

  it('stay good while the secret is rotated, and only then', async () => {
    const token = await issueToken(claims(), keys);
    expect(await readToken(token, rotated)).not.toBeNull();
    expect(await readToken(token, { secret: 'the next secret', previousSecret: undefined })).toBeNull();
    expect(await readToken(await issueToken(claims(), rotated), keys)).toBeNull();
  });

  it('stay refused under a new secret after they were read under the old one', async () => {
    const token = await issueToken(claims(), keys);
    expect(await readToken(token, keys)).not.toBeNull();
    expect(await readToken(token, { secret: 'another', previousSecret: undefined })).toBeNull();
  });

  it('expire, even if they were read before', async () => {
    expect(await readToken(await issueToken(claims(-60), keys), keys)).toBeNull();
    expect(await readToken(await issueToken(claims(-5), keys), keys)).toBeNull();
  });

  it.each([
    ['of another purpose', { sub: '7', sid: randomUUID(), purpose: 'password-reset' }],
    ['without a purpose, as next-auth makes them', { sub: '7', name: 'anna' }],
    ['without a session', { sub: '7', purpose: 'session' }],
    ['whose user is no number', { sub: 'anna', sid: randomUUID(), purpose: 'session' }],
  ])('are refused: %s', async (_, token) => {
    expect(await readToken(await encode({ token, secret: keys.secret }), keys)).toBeNull();
  });

  it('are refused with alg none', async () => {
    const payload = { sub: '7', sid: randomUUID(), purpose: 'session', exp: Date.now() / 1_000 + 60 };
    for (const header of [{ alg: 'none' }, { alg: 'none', typ: 'JWT' }, { alg: 'dir', enc: 'none' }]) {
      expect(await readToken(`${base64url(header)}.${base64url(payload)}.`, keys)).toBeNull();
      expect(await readToken(`${base64url(header)}...${base64url(payload)}.`, keys)).toBeNull();
    }
  });

  it('are refused when tampered with, wherever', async () => {
    const token = await issueToken(claims(), keys);
    for (const [index, part] of token.split('.').entries()) {
      if (part === '') continue;
      const parts = token.split('.');
      parts[index] = `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
      expect(await readToken(parts.join('.'), keys)).toBeNull();
    }
    expect(await readToken(token.slice(0, -3), keys)).toBeNull();
  });

  it.each(['', ' ', '%%', '%', '....', 'a.b.c.d.e', '\0', 'ключ', 'x'.repeat(100_000)])(
    'are refused: %j',
    async (token) => {
      expect(await readToken(token, keys)).toBeNull();
    },
  );
});
