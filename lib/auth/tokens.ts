import { z } from 'zod';
import { env } from '../env';
import { seal, secretsOf, unseal, type TokenKeys } from './sealed-token';

export type { TokenKeys } from './sealed-token';

/** What a token says. Whether it still holds is the session's row to say. */
export interface SessionClaims {
  userId: number;
  /** the session's random name; OpenID Connect calls this claim `sid` */
  tokenId: string;
  expiresAt: Date;
}

/** Tells a session's token from whatever else is made with the same secret. */
const PURPOSE = 'session';
const CACHE_SIZE = 5_000;

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
 * Makes the token of a session: the cookie, the bearer token and what next-auth reads are one and the same. The session's name is
 * in `sid`.
 *
 * @param claims whose token, of which session, until when
 * @param keys the first of them encrypts
 */
export async function issueToken(claims: SessionClaims, keys: TokenKeys = env()): Promise<string> {
  return seal(
    { sub: String(claims.userId), sid: claims.tokenId, purpose: PURPOSE },
    Math.floor((claims.expiresAt.getTime() - Date.now()) / 1_000),
    keys,
  );
}

async function decrypt(token: string, secret: string): Promise<SessionClaims | null> {
  const { data: payload } = payloadSchema.safeParse(await unseal(token, secret));
  if (!payload) return null;
  return { userId: Number(payload.sub), tokenId: payload.sid, expiresAt: new Date(payload.exp * 1_000) };
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
  const secrets = secretsOf(keys);
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
