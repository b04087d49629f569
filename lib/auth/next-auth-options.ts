import type { AuthOptions } from 'next-auth';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { env } from '../env';
import { log } from '../log';
import type { Client, SignedIn } from './begin-session';
import { safeCallbackPath } from './callback-url';
import { sessionCookieName } from './cookies';
import { OPENID, openIdProvider } from './openid-provider';
import { resolveToken, revokeSession } from './sessions';
import { signIn } from './sign-in';
import { readToken } from './tokens';

/** One request as next-auth is to see it. */
export interface AuthRequest {
  client: Client;
  /** the service's own origin, as the client reaches it */
  origin: string;
  /** whether that is https */
  secure: boolean;
}

/** What happened in a request that next-auth's answer alone does not tell. */
export interface AuthOutcome {
  /** the error of ours that next-auth would otherwise turn into an answer of its own */
  failure: AppError | undefined;
  /** whether the OpenID Connect provider has answered what it was asked for whoever comes back from it */
  answered: boolean;
}

type Logger = NonNullable<AuthOptions['logger']>;

/** A session that has ended is no fault of the service; next-auth reports it as an error. */
const EXPECTED = new Set(['JWT_SESSION_ERROR', 'SIGNOUT_ERROR']);

/** What goes wrong at the provider or on the way there. Its errors hold requests with our secret, so only their words are kept. */
const PROVIDER = new Set(['SIGNIN_OAUTH_ERROR', 'OAUTH_CALLBACK_ERROR', 'OAUTH_CALLBACK_HANDLER_ERROR']);

function wordsOf(metadata: unknown): string {
  if (typeof metadata !== 'object' || metadata === null || !('message' in metadata)) return '';
  return String(metadata.message).slice(0, 500);
}

const logger: Partial<Logger> = {
  error: (code: string, metadata: unknown) => {
    if (EXPECTED.has(code)) log.debug({ code }, 'next-auth');
    else if (PROVIDER.has(code)) log.warn({ code, reason: wordsOf(metadata) }, 'next-auth');
    else log.error({ code, err: metadata instanceof Error ? metadata : undefined }, 'next-auth');
  },
  warn: (code: string) => log.debug({ code }, 'next-auth'),
  debug: () => undefined,
};

/**
 * next-auth's options for one request: its sign-in is ours (limits, sessions), its token is ours, and so are the cookie's name and
 * what ends a session. The request's own state lives in the closure, because next-auth passes errors on as mere words.
 *
 * @param onClaims what is done for whom the OpenID Connect provider has vouched for: it gives a session, or null where none is begun
 */
export function nextAuthOptions(
  request: AuthRequest,
  onClaims?: (claims: unknown) => Promise<SignedIn | null>,
): { options: AuthOptions; outcome: AuthOutcome } {
  const outcome: AuthOutcome = { failure: undefined, answered: false };
  const { openId } = env();
  let issued: SignedIn | undefined;
  let held: { actor: Actor; token: string; expiresAt: Date } | undefined;

  async function remembering<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError) outcome.failure = error;
      throw error;
    }
  }

  const options: AuthOptions = {
    secret: env().secret,
    useSecureCookies: request.secure,
    session: { strategy: 'jwt', maxAge: LIMITS.sessionSeconds },
    cookies: {
      sessionToken: {
        name: sessionCookieName(request.secure),
        options: { httpOnly: true, sameSite: 'lax', path: '/', secure: request.secure },
      },
    },
    pages: { signIn: '/login', signOut: '/logout', error: '/login' },
    providers: [
      {
        id: 'credentials',
        name: 'Credentials',
        type: 'credentials',
        credentials: {
          email: { label: 'E-mail', type: 'email' },
          password: { label: 'Password', type: 'password' },
          code: { label: 'Code', type: 'text' },
        },
        authorize: (credentials) =>
          remembering(async () => {
            const { email: given, password, code } = credentials ?? {};
            issued = await signIn({ email: given, password, ...(code && { code }) }, request.client);
            const { id, username, email } = issued.account;
            return { id: String(id), name: username, email };
          }),
      },
      ...(openId ? [openIdProvider(openId, request.origin, (answered) => (outcome.answered = answered))] : []),
    ],
    jwt: {
      // Each sign-in has a token of its own, and looking at a session does not make another.
      encode: () => issued?.token ?? held?.token ?? '',
      decode: ({ token = '' }) =>
        remembering(async () => {
          const [claims, actor] = [await readToken(token), await resolveToken(token)];
          if (!claims || !actor) return null;
          held = { actor, token, expiresAt: claims.expiresAt };
          return { sub: String(actor.id), name: actor.username, email: actor.email };
        }),
    },
    callbacks: {
      signIn: ({ account, profile }) =>
        remembering(async () => {
          if (account?.provider !== OPENID) return true;
          issued = (await onClaims?.(profile)) ?? undefined;
          return issued !== undefined;
        }),
      redirect: ({ url }) => safeCallbackPath(url, request.origin),
      jwt: ({ token }) => token,
      session: ({ session, token }) => ({
        ...session,
        user: { id: Number(token.sub), name: token.name, email: token.email },
        expires: (held?.expiresAt ?? new Date()).toISOString(),
      }),
    },
    events: {
      signOut: () =>
        remembering(async () => {
          if (held) await revokeSession(held.actor.sessionId);
        }),
    },
    logger,
  };
  return { options, outcome };
}
