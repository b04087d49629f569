import { createHash } from 'node:crypto';
import { z } from 'zod';
import { env } from '../env';
import { seal, secretsOf, unseal, type TokenKeys } from './sealed-token';

/** Seconds between the password and the code: time to fetch a telephone. */
export const CHALLENGE_SECONDS = 300;

/** Tells it from a session's token, which it can never be taken for. */
const PURPOSE = 'sign-in-code';

const payloadSchema = z.object({
  sub: z.string().regex(/^[1-9]\d{0,9}$/),
  password: z.string(),
  purpose: z.literal(PURPOSE),
  exp: z.number(),
});

/** Somebody whose password was right a moment ago, and who owes the code. */
export interface Challenge {
  userId: number;
  /** stands for the password's hash that was compared */
  password: string;
}

/** What stands for a password's hash: another password is another one. */
export function passwordMark(hash: string): string {
  return createHash('sha256').update(hash).digest('base64url');
}

/**
 * Keeps for five minutes that a password was right, so that a browser need not send it twice.
 *
 * @param hash what the password was compared with
 * @param keys the first of them encrypts
 */
export async function issueChallenge(userId: number, hash: string, keys: TokenKeys = env()): Promise<string> {
  return seal({ sub: String(userId), password: passwordMark(hash), purpose: PURPOSE }, CHALLENGE_SECONDS, keys);
}

/**
 * Reads a challenge.
 *
 * @param token whatever a client sent
 * @param keys either may have encrypted it
 * @returns null for anything that is none, or has expired. Never throws.
 */
export async function readChallenge(token: string, keys: TokenKeys = env()): Promise<Challenge | null> {
  for (const secret of secretsOf(keys)) {
    const { data } = payloadSchema.safeParse(await unseal(token, secret));
    if (data && data.exp * 1_000 > Date.now()) return { userId: Number(data.sub), password: data.password };
  }
  return null;
}
