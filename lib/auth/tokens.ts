import { hkdfSync } from 'node:crypto';
import { jwtDecrypt } from 'jose';
import { encode } from 'next-auth/jwt';
import { z } from 'zod';
import { env } from '../env';

/** What a token says. Whether it still holds is the session's row to say. */
export interface SessionClaims {
  userId: number;
  /** the session's random name; OpenID Connect calls this claim `sid` */
  tokenId: string;
  expiresAt: Date;
}

/** `NEXTAUTH_SECRET`, and while it is being rotated the one before. */
export interface TokenKeys {
  readonly secret: string;
  readonly previousSecret: string | undefined;
}

/** Tells a session's token from whatever else may one day be made with the same secret. */
const PURPOSE = 'session';
/** Characters: ours have about 400, and a browser keeps cookies of 4,096. */
const MAX_LENGTH = 4_096;
const CACHE_SIZE = 5_000;
/** Seconds that clocks may differ; next-auth's own. */
const CLOCK_TOLERANCE = 15;
/** How next-auth makes its key of the secret: HKDF with this for its purpose (RFC 5869, `info`), and no salt. */
const KEY_PURPOSE = 'NextAuth.js Generated Encryption Key';

const payloadSchema = z.object({
  sub: z.string().regex(/^[1-9]\d{0,9}$/),
  sid: z.uuid(),
  purpose: z.literal(PURPOSE),
  exp: z.number(),
});

interface CacheEntry {
  readonly claims: SessionClaims;
  readonly secret: string;
}

/** Tokens that were read before: decrypting one takes longer than all the rest of a request's authentication. */
const cache = new Map<string, CacheEntry>();

function remember(token: string, entry: CacheEntry): void {
  cache.delete(token);
  cache.set(token, entry);
  if (cache.size <= CACHE_SIZE) return;
  const oldest = cache.keys().next();
  if (!oldest.done) cache.delete(oldest.value);
}

/**
 * Makes the token of a session: next-auth's own kind (an encrypted JWT, `dir` with A256GCM), so that the cookie, the bearer token
 * and what next-auth reads are one and the same. next-auth overwrites `jti`, therefore the session's name is in `sid`.
 *
 * @param claims whose token, of which session, until when
 * @param keys the first of them encrypts
 */
export async function issueToken(claims: SessionClaims, keys: TokenKeys = env()): Promise<string> {
  return encode({
    token: { sub: String(claims.userId), sid: claims.tokenId, purpose: PURPOSE },
    secret: keys.secret,
    maxAge: Math.floor((claims.expiresAt.getTime() - Date.now()) / 1_000),
  });
}

/** By secret: deriving a key takes as long as all the rest of reading a token, and next-auth would do it for each. */
const encryptionKeys = new Map<string, Uint8Array>();

function encryptionKey(secret: string): Uint8Array {
  let key = encryptionKeys.get(secret);
  if (!key) encryptionKeys.set(secret, (key = new Uint8Array(hkdfSync('sha256', secret, '', KEY_PURPOSE, 32))));
  return key;
}

async function decrypt(token: string, secret: string): Promise<SessionClaims | null> {
  try {
    const decrypted = await jwtDecrypt(token, encryptionKey(secret), {
      clockTolerance: CLOCK_TOLERANCE,
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const payload = payloadSchema.parse(decrypted.payload);
    return { userId: Number(payload.sub), tokenId: payload.sid, expiresAt: new Date(payload.exp * 1_000) };
  } catch {
    return null;
  }
}

/**
 * Reads a token.
 *
 * @param token whatever a client sent
 * @param keys either may have encrypted it
 * @returns its claims, or null for anything that is not a valid session token of this service: malformed, unencrypted
 *   (`alg: none`), tampered with, expired, made with another secret or for another purpose. Never throws.
 */
export async function readToken(token: string, keys: TokenKeys = env()): Promise<SessionClaims | null> {
  if (token === '' || token.length > MAX_LENGTH) return null;
  const secrets = keys.previousSecret ? [keys.secret, keys.previousSecret] : [keys.secret];
  const cached = cache.get(token);
  if (cached && secrets.includes(cached.secret)) {
    if (cached.claims.expiresAt.getTime() <= Date.now()) return null;
    remember(token, cached);
    return cached.claims;
  }
  for (const secret of secrets) {
    const claims = await decrypt(token, secret);
    if (claims && claims.expiresAt.getTime() > Date.now()) {
      remember(token, { claims, secret });
      return claims;
    }
  }
  return null;
}
