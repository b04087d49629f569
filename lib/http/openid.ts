import { Hono } from 'hono';
import { safeCallbackPath } from '../auth/callback-url';
import { connectIdentity, openIdSettings } from '../auth/identities';
import type { AuthRequest } from '../auth/next-auth-options';
import { beginOpenId, finishOpenId, type Vouched } from '../auth/openid-flow';
import { clearedIntent, readIntent, type Intent } from '../auth/openid-intent';
import { refusal, refusalOf } from '../auth/openid-refusals';
import { signInByIdentity } from '../auth/openid-sign-in';
import { proveAsAtSignIn } from '../auth/second-factor';
import { joinAsNewcomer } from '../chat/invitations';
import type { Actor } from '../contracts/actor';
import {
  accountPath,
  invitePath,
  OPENID_BEGIN_PATH,
  OPENID_CALLBACK_PATH,
  refusedPath,
  roomPath,
} from '../contracts/paths';
import { limit } from '../limits';
import { toAppError } from '../problem';
import {
  actorOf,
  checkOrigin,
  clientOf,
  json,
  localeOf,
  readInput,
  wantsHtml,
  type Bindings,
  type Context,
} from './context';
import { seeOther } from './forms';

/** Signing in through the OpenID Connect provider: two of next-auth's addresses, which need more than Next has. */
export const openId = new Hono<{ Bindings: Bindings }>();

/** Whether a request is for here rather than for next-auth in Next. */
export function isOpenId(method: string | undefined, path: string): boolean {
  return path === OPENID_CALLBACK_PATH || (path === OPENID_BEGIN_PATH && method === 'POST');
}

function authRequest(context: Context): AuthRequest {
  const { origin, secure } = context.env.edge;
  return { client: clientOf(context), origin, secure };
}

/**
 * Sends a browser to the page that says why nothing came of it; a program gets problem details.
 *
 * @param intent what was to come of it, as far as it is known by then
 */
async function orRefused(
  context: Context,
  intent: () => Partial<Intent> | null,
  handle: () => Promise<Response>,
): Promise<Response> {
  try {
    return await handle();
  } catch (thrown) {
    if (!wantsHtml(context)) throw thrown;
    const { sessionId, callbackUrl = '' } = intent() ?? {};
    return seeOther(refusedPath(refusalOf(toAppError(thrown)), sessionId !== undefined, callbackUrl));
  }
}

const stringOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

openId.post(OPENID_BEGIN_PATH, (context) => {
  openIdSettings();
  const { origin, address } = context.env.edge;
  const input = readInput(context, { form: true });
  const callbackUrl = safeCallbackPath(input.callbackUrl, origin, '');
  return orRefused(
    context,
    () => ({ callbackUrl }),
    async () => {
      checkOrigin(context, { always: true });
      await limit('openIdAddress', address);
      const intent = { callbackUrl: callbackUrl || '/user', invitation: stringOf(input.invitation) };
      const { location, cookies } = await beginOpenId(authRequest(context), intent);
      // next-auth's own client asks for the address, and goes there itself.
      if (wantsHtml(context)) return seeOther(location, cookies);
      for (const cookie of cookies) context.env.outgoing.appendHeader('set-cookie', cookie);
      return json(context, { url: location });
    },
  );
});

/**
 * Begins connecting the provider to the actor's account.
 *
 * @param input of the form on the account's page
 * @throws AppError `not_found` where no provider is configured; `forbidden` for a wrong password or code; `unprocessable`; `rate_limited`,
 *   `unavailable`
 */
export async function connectOpenId(context: Context, actor: Actor, input: Record<string, unknown>): Promise<Response> {
  openIdSettings();
  await proveAsAtSignIn(actor, input);
  await limit('openIdAddress', context.env.edge.address);
  const intent = { callbackUrl: accountPath({ done: 'connect' }), sessionId: actor.sessionId };
  const { location, cookies } = await beginOpenId(authRequest(context), intent);
  return seeOther(location, cookies);
}

/** Does what the sign-in at the provider was begun for; gives where to go then. */
async function fulfil(context: Context, intent: Intent, query: Record<string, string>, cookies: string) {
  let target = intent.callbackUrl;
  const onVouched = async ({ identity, claims }: Vouched) => {
    if (intent.sessionId !== undefined) {
      const actor = await actorOf(context);
      if (actor.sessionId !== intent.sessionId) throw refusal('failed');
      await connectIdentity(actor, identity, localeOf(context));
      return null;
    }
    const { invitation } = intent;
    const { signedIn, room, isNew } = await signInByIdentity(
      identity,
      claims,
      invitation,
      clientOf(context),
      joinAsNewcomer,
    );
    if (room) target = roomPath(room.name);
    // Who has an account already is asked whether to come in.
    else if (!isNew && invitation !== undefined) target = invitePath(invitation);
    return signedIn;
  };
  const finished = await finishOpenId(authRequest(context), query, cookies, onVouched);
  return seeOther(target, [...finished.cookies, clearedIntent(context.env.edge.secure)]);
}

openId.get(OPENID_CALLBACK_PATH, (context) => {
  openIdSettings();
  // To HEAD this is a GET; it must not use the answer up.
  if (context.env.incoming.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } });
  let intent: Intent | null = null;
  return orRefused(
    context,
    () => intent,
    async () => {
      const { edge, incoming } = context.env;
      await limit('openIdAddress', edge.address);
      const query = context.req.query();
      const cookies = incoming.headers.cookie ?? '';
      intent = await readIntent(cookies, query.state, edge.secure);
      if (!intent) throw refusal('failed');
      return fulfil(context, intent, query, cookies);
    },
  );
});
