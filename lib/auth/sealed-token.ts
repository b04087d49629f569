import { hkdfSync } from 'node:crypto';
import { jwtDecrypt, type JWTPayload } from 'jose';
import { encode } from 'next-auth/jwt';

/** `NEXTAUTH_SECRET`, and while it is being rotated the one before. */
export interface TokenKeys {
  readonly secret: string;
  readonly previousSecret: string | undefined;
}

/** Characters: ours have about 400, and a browser keeps cookies of 4,096. */
const MAX_LENGTH = 4_096;
/** Seconds that clocks may differ; next-auth's own. */
const CLOCK_TOLERANCE = 15;
/** How next-auth makes its key of the secret: HKDF with this for its purpose (RFC 5869, `info`), and no salt. */
const KEY_PURPOSE = 'NextAuth.js Generated Encryption Key';

/** By secret: deriving a key takes as long as all the rest of reading a token, and next-auth would do it for each. */
const encryptionKeys = new Map<string, Uint8Array>();

function encryptionKey(secret: string): Uint8Array {
  let key = encryptionKeys.get(secret);
  if (!key) encryptionKeys.set(secret, (key = new Uint8Array(hkdfSync('sha256', secret, '', KEY_PURPOSE, 32))));
  return key;
}

/** The secrets that may have sealed a token, the present one first. */
export function secretsOf({ secret, previousSecret }: TokenKeys): string[] {
  return previousSecret ? [secret, previousSecret] : [secret];
}

/**
 * Makes a token that nobody else can read or make: next-auth's own kind (an encrypted JWT, `dir` with A256GCM).
 *
 * @param claims what it says; a `purpose` tells one kind of token from another. next-auth overwrites `jti`
 * @param seconds how long it is good
 * @param keys the first of them encrypts
 */
export function seal(
  claims: { purpose: string; sub: string; [name: string]: string },
  seconds: number,
  keys: TokenKeys,
) {
  return encode({ token: claims, secret: keys.secret, maxAge: seconds });
}

/**
 * Opens a token.
 *
 * @param token whatever a client sent
 * @returns what it says, for the caller to parse; null for anything that this secret did not seal: malformed, unencrypted
 *   (`alg: none`), tampered with, expired. Never throws.
 */
export async function unseal(token: string, secret: string): Promise<JWTPayload | null> {
  if (token === '' || token.length > MAX_LENGTH) return null;
  try {
    const { payload } = await jwtDecrypt(token, encryptionKey(secret), {
      clockTolerance: CLOCK_TOLERANCE,
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return payload;
  } catch {
    return null;
  }
}
