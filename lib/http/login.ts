import { Hono } from 'hono';
import { beginSignIn, finishSignIn, signIn } from '../auth/accounts';
import { safeCallbackPath } from '../auth/callback-url';
import { challengeCookie, challengeOfCookies, sessionCookie } from '../auth/cookies';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { accountPath, loginStepPath } from '../contracts/paths';
import { checkOrigin, clientOf, readInput, wantsHtml, type Bindings, type Context } from './context';
import { answerForm, seeOther } from './forms';
import { withSession } from './with-session';

/** Signing in, for people in two steps where a code is wanted. */
export const login = new Hono<{ Bindings: Bindings }>();

type Fields = Record<string, unknown>;

/**
 * The fields of an OAuth 2 password grant (RFC 6749, 4.3.2) under our names; those that a public client sends along are dropped.
 * Where an address is given, a name beside it is an unknown field like any other.
 */
function loginFields({ callbackUrl: _callbackUrl, step: _step, ...input }: Fields): Fields {
  if (input.email !== undefined || (input.grant_type === undefined && input.username === undefined)) return input;
  const { grant_type: grant, username, scope: _scope, client_id: _id, client_secret: _secret, ...rest } = input;
  if (grant !== undefined && grant !== 'password')
    throw new AppError('bad_request', 'The grant type must be "password".');
  return username === undefined ? rest : { ...rest, email: username };
}

/** The challenge that a request brings which gives nothing but a code; null for any other. A browser's second step always does. */
function challengeFor(context: Context, { step }: Fields, fields: Fields): string | null {
  if (fields.email !== undefined || fields.password !== undefined) return null;
  const challenge = challengeOfCookies(context.env.incoming.headers.cookie ?? '');
  return challenge !== '' || step !== undefined ? challenge : null;
}

login.post('/login', (context) =>
  answerForm(context, '/login', async () => {
    const input = readInput(context, { form: true });
    const fields = loginFields(input);
    checkOrigin(context, { always: true });
    const { edge } = context.env;
    const client = clientOf(context);
    const challenge = challengeFor(context, input, fields);
    const begin = wantsHtml(context) ? beginSignIn : signIn;
    const signedIn = challenge === null ? await begin(fields, client) : await finishSignIn(challenge, fields, client);
    if ('challenge' in signedIn) {
      const page = loginStepPath('code', safeCallbackPath(input.callbackUrl, edge.origin, ''));
      return seeOther(page, [challengeCookie(signedIn.challenge, edge.secure)]);
    }
    if (wantsHtml(context)) {
      const target =
        signedIn.by === 'recovery'
          ? accountPath({ done: 'recovery' })
          : safeCallbackPath(input.callbackUrl, edge.origin, '/user');
      return seeOther(target, [sessionCookie(signedIn.token, edge.secure), challengeCookie(null, edge.secure)]);
    }
    if (challenge !== null) context.env.outgoing.appendHeader('set-cookie', challengeCookie(null, edge.secure));
    const { id, username, email } = signedIn.account;
    const token = { access_token: signedIn.token, token_type: 'bearer', expires_in: LIMITS.sessionSeconds };
    return withSession(context, signedIn, { ...token, user: { id, username, email } }, 200);
  }),
);
