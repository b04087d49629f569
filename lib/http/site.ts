import { deletionPath, detailsPath, roomPath } from '../contracts/paths';
import { Hono } from 'hono';
import { z } from 'zod';
import { register } from '../auth/accounts';
import { safeCallbackPath } from '../auth/callback-url';
import { clearedCookies, sessionCookie } from '../auth/cookies';
import { authenticate } from '../auth/credentials';
import { revokeSession } from '../auth/sessions';
import { dispatch } from '../chat/commands';
import { joinAsNewcomer } from '../chat/invitations';
import { localeSchema, themeSchema } from '../contracts/accounts';
import { AppError } from '../contracts/errors';
import { toRoomName } from '../contracts/text';
import { accountOf, answerMade, answerWritten, makeRoom, queryFields, roomOf, writeMessage } from './api';
import {
  actorOf,
  checkOrigin,
  clientOf,
  credential,
  ignoreInput,
  json,
  readInput,
  wantsHtml,
  type Bindings,
  type Context,
} from './context';
import { answerForm, seeOther, showOnce } from './forms';
import { invitationFields, inviteToRoom } from './invitations';
import { withSession } from './with-session';
import { changeRoom } from './room-details';

/** The routes that people and programs share, but for their pages, which are Next's. */
export const site = new Hono<{ Bindings: Bindings }>();

site.post('/register', (context) =>
  answerForm(context, '/register', async () => {
    const input = readInput(context, { form: true });
    checkOrigin(context, { always: true });
    const { signedIn, room } = await register(input, clientOf(context), joinAsNewcomer);
    if (wantsHtml(context)) {
      const target = room ? roomPath(room.name) : '/user';
      return seeOther(target, [sessionCookie(signedIn.token, context.env.edge.secure)]);
    }
    const { id, username, email } = signedIn.account;
    return withSession(context, signedIn, { user: { id, username, email } }, 201);
  }),
);

/** Whether somebody meant to open this, rather than a browser or a chat that looks ahead. */
function isMeant({ env: { incoming } }: Context): boolean {
  const { headers, method } = incoming;
  return (
    method === 'GET' &&
    !/prefetch|preview/i.test(
      `${String(headers['sec-purpose'])} ${String(headers.purpose)} ${String(headers['x-purpose'])} ${String(headers['x-moz'])} ${'next-router-prefetch' in headers ? 'prefetch' : ''}`,
    )
  );
}

site.get('/logout', async (context) => {
  const fetchSite = context.env.incoming.headers['sec-fetch-site'];
  if (fetchSite === 'cross-site' || fetchSite === 'same-site') {
    throw new AppError('forbidden', 'Only a page of this service may sign you out.');
  }
  if (!isMeant(context)) return seeOther('/');
  const presented = credential(context);
  if (presented) {
    try {
      await revokeSession((await authenticate(presented)).sessionId);
    } catch (error) {
      // A session that has ended already is signed out; one that could not be ended is not, and must not look so.
      if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error;
    }
  }
  return seeOther('/', clearedCookies(context.env.edge.secure));
});

site.get('/user', async (context) => {
  const actor = await actorOf(context);
  const { rooms } = await dispatch(actor, 'room:list', {});
  return json(context, { user: accountOf(actor), rooms });
});

site.post('/user/rooms', (context) =>
  answerForm(context, '/user', async () => {
    const room = await makeRoom(context, readInput(context, { form: true }));
    return wantsHtml(context) ? seeOther(roomPath(room.name)) : answerMade(context, room);
  }),
);

async function deleteRoom(context: Context): Promise<Response> {
  const page = deletionPath(toRoomName(roomOf(context)));
  return answerForm(context, page, async () => {
    ignoreInput(context);
    await dispatch(await actorOf(context), 'room:delete', { room: roomOf(context) });
    return wantsHtml(context) ? seeOther('/user') : context.body(null, 204);
  });
}

site.delete('/user/rooms/delete/:room', deleteRoom);
site.post('/user/rooms/delete/:room', deleteRoom);

const search = async (context: Context): Promise<Response> => {
  const input = queryFields(context, { text: ['q', 'cursor'], numbers: ['limit'] });
  return json(context, await dispatch(await actorOf(context), 'room:search', input));
};
site.get('/user/search/results', search);

site.get('/chat/:room', async (context) => {
  const page = await dispatch(await actorOf(context), 'message:list', { room: roomOf(context) });
  return json(context, page);
});

site.post('/chat/:room', (context) => {
  const path = roomPath(toRoomName(roomOf(context)));
  return answerForm(context, path, async () => {
    const written = await writeMessage(context, readInput(context, { form: true }));
    return wantsHtml(context) ? seeOther(`${path}#m-${written.message.seq}`) : answerWritten(context, written);
  });
});

site.post('/chat/:room/details', (context) => {
  const name = toRoomName(roomOf(context));
  const page = detailsPath(name);
  return answerForm(context, page, async () => {
    const actor = await actorOf(context);
    const { action, ...fields } = readInput(context, { form: true });
    if (action !== 'invite') return seeOther(await changeRoom(actor, name, { action, ...fields }));
    const made = await inviteToRoom(context, actor, name, invitationFields(fields));
    return wantsHtml(context)
      ? showOnce(context, page, { url: made.url, expiresAt: made.expiresAt })
      : json(context, { invitation: made }, 201);
  });
});

const preferencesSchema = z.strictObject({
  locale: localeSchema.optional(),
  theme: themeSchema.optional(),
  returnTo: z.string().optional(),
});

/** Seconds: a year, as long as browsers keep a cookie anyway (RFC 6265bis, 5.5: 400 days). */
const PREFERENCE_SECONDS = 31_536_000;

/** Language and theme live in cookies, so that the very first byte of a page is right, signed in or not. */
site.post('/preferences', (context) => {
  const input = readInput(context, { form: true });
  checkOrigin(context, { always: true });
  const parsed = preferencesSchema.safeParse(input);
  if (!parsed.success) {
    throw new AppError('unprocessable', 'A language is "en" or "ru", a theme "system", "light" or "dark".', {
      errors: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    });
  }
  const { returnTo, ...preferences } = parsed.data;
  const { edge } = context.env;
  const cookies = Object.entries(preferences).map(
    ([name, value]) =>
      `${name}=${value}; Path=/; Max-Age=${PREFERENCE_SECONDS}; SameSite=Lax${edge.secure ? '; Secure' : ''}`,
  );
  if (wantsHtml(context)) return seeOther(safeCallbackPath(returnTo, edge.origin, '/user'), cookies);
  for (const cookie of cookies) context.env.outgoing.appendHeader('set-cookie', cookie);
  return context.body(null, 204);
});
