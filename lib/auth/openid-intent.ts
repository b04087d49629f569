import { parse } from 'hono/utils/cookie';
import { decode, encode } from 'next-auth/jwt';
import { z } from 'zod';
import { env } from '../env';

/** Seconds between beginning a sign-in at the provider and coming back: as long as next-auth keeps its own cookies of it. */
const LIFE = 900;

const NAME = 'beseda.openid';

const intentSchema = z.object({
  /** the sign-in that it belongs to: without this, one begun elsewhere could be taken for it */
  state: z.string(),
  /** where to go afterwards */
  callbackUrl: z.string(),
  /** the token of an invitation, by which a newcomer came */
  invitation: z.string().optional(),
  /** the session that began it on the account's page, to connect the provider; otherwise it is a sign-in */
  sessionId: z.int().optional(),
});

/** What somebody is about to do by signing in at the provider. */
export type Intent = z.infer<typeof intentSchema>;

/** `__Host-`: nobody but this very host can have set it (RFC 6265bis, 4.1.3.2). */
const nameOf = (secure: boolean) => (secure ? `__Host-${NAME}` : NAME);

function serialize(value: string, maxAge: number, secure: boolean): string {
  return `${nameOf(secure)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** The `Set-Cookie` value that keeps an intent in the browser that has it: encrypted, so that nobody makes one up. */
export async function intentCookie(intent: Intent, secure: boolean): Promise<string> {
  const token = await encode({ token: { ...intent }, secret: env().secret, salt: NAME, maxAge: LIFE });
  return serialize(token, LIFE, secure);
}

/** The `Set-Cookie` value that takes it away. */
export function clearedIntent(secure: boolean): string {
  return serialize('', 0, secure);
}

/**
 * The intent behind an answer of the provider.
 *
 * @param header the request's cookies
 * @param state what the provider gave back
 * @returns null where this browser began no such sign-in, or too long ago
 */
export async function readIntent(header: string, state: string | undefined, secure: boolean): Promise<Intent | null> {
  const token = parse(header)[nameOf(secure)];
  if (!token || state === undefined) return null;
  const claims = await decode({ token, secret: env().secret, salt: NAME }).catch(() => null);
  const intent = intentSchema.safeParse(claims);
  return intent.success && intent.data.state === state ? intent.data : null;
}
