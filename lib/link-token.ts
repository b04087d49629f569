import { createHash, randomBytes } from 'node:crypto';

/** Bytes: 256 bits, which nobody guesses. */
const TOKEN_BYTES = 32;

/** The secret part of a link that is to be passed on. */
export function newLinkToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What is kept of a token: whoever reads the database has no link. It is random, so a plain hash is enough. */
export function hashLinkToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
