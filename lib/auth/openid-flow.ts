import { parse } from 'hono/utils/cookie';
import { z } from 'zod';
import type { Identity } from './accounts';
import type { SignedIn } from './begin-session';
import { openIdSettings } from './identities';
import { callNextAuth, type AuthCall } from './next-auth-call';
import { nextAuthOptions, type AuthOutcome, type AuthRequest } from './next-auth-options';
import { claimsSchema, type Claims } from './openid-claims';
import { intentCookie, type Intent } from './openid-intent';
import { OPENID } from './openid-provider';
import { refusal } from './openid-refusals';

/** Milliseconds for all that the provider is asked for on one occasion: nobody looks at an empty page for longer. */
const PATIENCE = 12_000;

/** Whom the provider has vouched for. */
export interface Vouched {
  identity: Identity;
  claims: Claims;
}

/** What comes of that: a session, or none where the identity was only connected. */
type OnVouched = (vouched: Vouched) => Promise<SignedIn | null>;

/** Asks next-auth, and has an end of it when the provider takes too long. */
async function ask(
  request: AuthRequest,
  call: AuthCall,
  onClaims?: (claims: unknown) => Promise<SignedIn | null>,
): Promise<Awaited<ReturnType<typeof callNextAuth>> & { outcome: AuthOutcome }> {
  const { options, outcome } = nextAuthOptions(request, onClaims);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(refusal('unreachable')), PATIENCE);
  });
  try {
    return { ...(await Promise.race([callNextAuth(call, options), tooLate])), outcome };
  } finally {
    clearTimeout(timer);
  }
}

/** next-auth begins nothing without its own token against forged forms; whoever calls us has compared the origin instead. */
async function forgeryToken(request: AuthRequest): Promise<{ csrfToken: string; cookies: string[] }> {
  const { body, cookies } = await ask(request, { path: ['csrf'], method: 'GET', cookies: {} });
  return { ...z.object({ csrfToken: z.string() }).parse(body), cookies };
}

/**
 * Begins a sign-in at the provider.
 *
 * @param request whose; the caller has made sure that it comes from a page of this service
 * @param intent what it is for
 * @returns the provider's address, and the cookies by which the browser is known when it comes back
 * @throws AppError `not_found` where no provider is configured; `unavailable` where it does not answer
 */
export async function beginOpenId(
  request: AuthRequest,
  intent: Omit<Intent, 'state'>,
): Promise<{ location: string; cookies: string[] }> {
  openIdSettings();
  const { csrfToken, cookies } = await forgeryToken(request);
  const own = Object.fromEntries(cookies.flatMap((cookie) => Object.entries(parse(cookie.split(';')[0] ?? ''))));
  const call: AuthCall = { path: ['signin', OPENID], method: 'POST', cookies: own, body: { csrfToken } };
  const begun = await ask(request, call);
  const state = begun.location && new URL(begun.location, request.origin).searchParams.get('state');
  if (!begun.location || !state) throw refusal('unreachable');
  return {
    location: begun.location,
    cookies: [...begun.cookies, await intentCookie({ ...intent, state }, request.secure)],
  };
}

/**
 * Takes the provider's answer.
 *
 * @param query as the provider sent the browser back with it
 * @param cookieHeader of that browser, which has begun this very sign-in (`readIntent`)
 * @param onVouched what is done for whom the provider has vouched for, if it has
 * @returns the cookies of the session, if one was begun, and those that take the rest away
 * @throws AppError of `openid-refusals`; whatever `onVouched` throws
 */
export async function finishOpenId(
  request: AuthRequest,
  query: Record<string, string>,
  cookieHeader: string,
  onVouched: OnVouched,
): Promise<{ cookies: string[] }> {
  const { issuer } = openIdSettings();
  if (query.error !== undefined) throw refusal(query.error === 'access_denied' ? 'cancelled' : 'failed');
  const progress = { taken: false, over: false };
  const onClaims = async (claims: unknown) => {
    const parsed = claimsSchema.safeParse(claims);
    // Whoever was told that it took too long must not be signed in behind that.
    if (!parsed.success || progress.over) throw refusal('failed');
    const signedIn = await onVouched({ identity: { issuer, subject: parsed.data.sub }, claims: parsed.data });
    progress.taken = true;
    return signedIn;
  };
  try {
    const call: AuthCall = { path: ['callback', OPENID], method: 'GET', cookies: parse(cookieHeader), query };
    const { cookies, outcome } = await ask(request, call, onClaims);
    if (outcome.failure) throw outcome.failure;
    if (!progress.taken) throw refusal(outcome.answered ? 'failed' : 'unreachable');
    return { cookies };
  } finally {
    progress.over = true;
  }
}
