import { deletionPath, roomPath } from '../contracts/paths';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { authenticate, credentialOf } from '../auth/credentials';
import { authorizationOrigin } from '../auth/openid-discovery';
import { RoomMoved } from '../chat/commands';
import { AppError } from '../contracts/errors';
import { FORM_STATE_HEADER, type FormState } from '../contracts/form-state';
import { isRoomName, toRoomName } from '../contracts/values';
import { edgeOf, isForeign, targetOf } from '../edge';
import { env } from '../env';
import { limit } from '../limits';
import { accountForms } from './account-forms';
import { administration } from './administration';
import { api } from './api';
import { readBody, refuseDeclaredLength, refuseLargeBody } from './body';
import { alreadySent, isFromForm, wantsHtml, wantsJson, type Bindings } from './context';
import { health } from './health';
import { invitations } from './invitations';
import { invite } from './invite';
import { login } from './login';
import { me } from './me';
import { keepVary, PAGE_STATUS_HEADER, prepareForNext, stripInternalHeaders } from './next-headers';
import { problem } from './problem';
import { accompanied } from './requests';
import { reset } from './reset';
import { isOpenId, openId } from './openid';
import { secondFactor, twoStepForms } from './second-factor';
import { patternsOf } from './route-pattern';
import { contentSecurityPolicy, newNonce, setSecurityHeaders } from './security-headers';
import { site } from './site';
import { sendCompressedAsset } from './static-assets';
import { users } from './users';

type Listener = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Everything that the front door answers itself. */
const app = new Hono<{ Bindings: Bindings }>({ strict: false });
app.route('/api/health', health);
app.route('/api/v1', api);
app.route('/api/v1', me);
app.route('/api/v1', secondFactor);
app.route('/api/v1', users);
app.route('/api/v1', invitations);
app.route('/', accountForms);
app.route('/', twoStepForms);
app.route('/', login);
app.route('/', site);
app.route('/', administration);
app.route('/', reset);
app.route('/', invite);
app.route('/', openId);
app.onError((error, { env: { incoming } }) =>
  error instanceof RoomMoved ? movedTo(error.movedTo, incoming) : problem(error, incoming),
);
app.notFound((context) => {
  const { path } = context.req;
  const allowed = METHODS.filter((method) => app.router.match(method, path)[0].length > 0);
  if (PAGE_ONLY.test(path)) allowed.unshift('GET');
  if (allowed.includes('GET')) allowed.push('HEAD');
  if (allowed.length === 0 && wantsHtml(context) && !path.startsWith('/api/'))
    return context.env.renderPage(NOT_FOUND_PAGE, 404, null).then(alreadySent);
  if (allowed.length > 0) return new Response(null, { status: 405, headers: { allow: allowed.join(', ') } });
  return problem(new AppError('not_found', 'There is nothing at this address.'), context.env.incoming);
});

/** Every route that is answered here, as method and path: `GET /api/v1/rooms/:room`. */
export function routes(): string[] {
  return [...new Set(app.routes.map(({ method, path }) => `${method} ${path}`))];
}

/** The same address with the room's present name; 308 keeps method and body (RFC 9110, 15.4.9). */
function movedTo(name: string, { url = '/' }: IncomingMessage): Response {
  const location = url.replace(ROOM_SEGMENT, (_, before: string) => before + encodeURIComponent(name));
  return new Response(null, { status: 308, headers: { location } });
}

const ROOM_SEGMENT = /^(\/api\/v1\/rooms\/|\/chat\/|\/user\/rooms\/delete\/)[^/?]+/;

/** Next's own name of it. Asked for by the address that was typed, Next may answer a redirect: `//` to `/`. */
const NOT_FOUND_PAGE = '/_not-found';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Pages that have no JSON beside them: a program gets the page too. */
const PAGE_ONLY = new RegExp(
  `^/(?:${[
    '',
    'login',
    'register',
    'forgot',
    'reset',
    'invite/[^/]+',
    'user/search',
    'user/account(?:/(?:delete|two-step))?',
    'user/rooms/delete/[^/]+',
    'chat/[^/]+/details',
    'admin(?:/(?:users|rooms|invitations|audit))?',
  ].join('|')})$`,
);

const HOLDS_SECRET = /^\/(?:reset|register|login|invite\/[^/]+)$/;

const NEEDS_SESSION = /^\/(?:user\/.|admin(?:\/|$))/;

/** Pages whose forms are posted to an address of the same form. */
const FORM_ACTION = new RegExp(
  `^/(?:${[
    'register',
    'login',
    'forgot',
    'reset',
    'invite/[^/]+',
    'user/rooms',
    'user/account(?:/(?:delete|two-step))?',
    'user/rooms/delete/[^/]+',
    'chat/[^/]+(?:/details)?',
    'admin/users/[^/]+(?:/(?:reset|second-factor))?',
    'admin/invitations(?:/[^/]+/revoke)?',
  ].join('|')})$`,
);

const UNREAD = { body: Buffer.alloc(0), refusal: null };

/**
 * A request's body. That it is too large is thrown to a program; a browser's form gets its page back, which says so.
 *
 * @param url null where no page could be shown
 */
async function bodyOf(request: IncomingMessage, url: URL | null): Promise<{ body: Buffer; refusal: AppError | null }> {
  try {
    return { body: await readBody(request), refusal: null };
  } catch (error) {
    const isPosted = url !== null && request.method === 'POST' && isFromForm(request) && FORM_ACTION.test(url.pathname);
    if (!isPosted || !(error instanceof AppError) || error.code !== 'too_large') throw error;
    return { body: Buffer.alloc(0), refusal: error };
  }
}

/** Whether Next answers: pages, their assets, and next-auth. */
function isForNext(request: IncomingMessage, path: string): boolean {
  if (path.startsWith('/api/auth/')) return !isOpenId(request.method, path);
  // What Next keeps there is shown where everything else failed: asked for by itself, it fails.
  if (path.startsWith('/api/') || path === '/logout' || path.startsWith('/_global-error')) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return path.startsWith('/_next/') || PAGE_ONLY.test(path) || !wantsJson(request);
}

/** `/chat/General` → `/chat/general`: one address for one room. */
function canonicalRoomPath(url: URL): string | null {
  const [, folder, typed, page = ''] = /^(\/chat|\/user\/rooms\/delete)\/([^/]+)(\/details)?$/.exec(url.pathname) ?? [];
  if (typed === undefined) return null;
  const name = toRoomName(decodeURIComponent(typed));
  // Percent-encoding has many spellings of one name; only another name is another address.
  if (!isRoomName(name) || decodeURIComponent(typed) === name) return null;
  return (folder === '/chat' ? roomPath(name) : deletionPath(name)) + page + url.search;
}

async function write(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(await answer.text());
}

/** Lets Next render a page as the answer to a form: to Next it is a GET, to the browser it has the refusal's status. */
function pageRenderer(next: Listener, request: IncomingMessage, response: ServerResponse) {
  return async (path: string, status: number, form: FormState | null): Promise<void> => {
    request.method = 'GET';
    // An address that ends in a slash Next answers with a redirect: that of a room whose name is nothing but spaces.
    request.url = path.replace(/.\/$/, (end) => end.slice(0, 1));
    for (const name of ['content-length', 'content-type', 'transfer-encoding']) delete request.headers[name];
    if (form) request.headers[FORM_STATE_HEADER] = encodeURIComponent(JSON.stringify(form));
    request.headers[PAGE_STATUS_HEADER] = String(status);
    await next(request, response);
  };
}

/**
 * The one door for HTTP: checks what no handler should ever see, answers programs and forms itself, and hands the rest to Next.
 *
 * @param next answers what is Next's, in the process that makes pages
 * @param socketIo takes long polling below `/socket.io/`
 */
export function createFront(next: Listener, socketIo: Listener): RequestListener {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const edge = edgeOf(request);
    const nonce = newNonce();
    const policy = contentSecurityPolicy(nonce, edge, authorizationOrigin(), !env().production);
    setSecurityHeaders(response, policy, edge);
    response.setHeader('vary', 'Accept');
    stripInternalHeaders(request);

    const url = targetOf(request);
    // The addresses of these pages hold a secret. Not `no-referrer`: their forms would come from the origin `null`.
    if (url && HOLDS_SECRET.test(url.pathname)) response.setHeader('referrer-policy', 'strict-origin');
    const isHealth = url?.pathname.startsWith('/api/health/') === true;
    const isPolling = url?.pathname === '/socket.io/';
    const isNextAuth = url?.pathname.startsWith('/api/auth/') === true && !isOpenId(request.method, url.pathname);
    if (isNextAuth) refuseLargeBody(request);
    const unread = BODILESS.has(request.method ?? '') || isPolling || isNextAuth;
    if (unread) refuseDeclaredLength(request);
    const { body, refusal } = unread ? UNREAD : await bodyOf(request, edge.ownHost ? url : null);
    if (refusal) response.setHeader('connection', 'close');
    if (!url) throw new AppError('bad_request', 'This is not a path with sound percent-encoding.');
    if (!edge.ownHost && !isHealth) throw new AppError('bad_request', 'This host is not the service’s.');
    if (isPolling) {
      if (isForeign(request, edge)) throw new AppError('forbidden', 'Requests of other sites are refused.');
      return socketIo(request, response);
    }
    if (/^\/ws\/chat\/[^/]+\/?$/.test(url.pathname)) {
      response.writeHead(426, { upgrade: 'websocket', connection: 'Upgrade' }).end();
      return;
    }
    if (!isHealth && !url.pathname.startsWith('/_next/')) await limit('requestAddress', edge.address);

    const renderPage = pageRenderer(next, request, response);
    const listener = getRequestListener(
      (honoRequest) =>
        app.fetch(honoRequest, { incoming: request, outgoing: response, edge, body, refusal, renderPage }),
      { overrideGlobalObjects: false },
    );
    prepareForNext(request, edge, nonce, policy);
    if (!isForNext(request, url.pathname)) {
      response.setHeader('cache-control', 'no-store');
      return listener(request, response);
    }
    // A browser is sent to sign in by the page itself.
    if (wantsJson(request) && NEEDS_SESSION.test(url.pathname)) {
      await authenticate(
        credentialOf({ authorization: request.headers.authorization, cookie: request.headers.cookie }),
      );
    }
    if (env().production && (await sendCompressedAsset(request, response, url.pathname))) return;
    const canonical = canonicalRoomPath(url);
    if (canonical !== null) return void response.writeHead(308, { location: canonical }).end();
    keepVary(response);
    return next(request, response);
  }

  return accompanied(patternsOf(app.router, PAGE_ONLY), (request, response) => {
    answer(request, response).catch(async (error: unknown) => {
      if (response.headersSent) return void response.destroy();
      // What the client still sends of an unread body must not be taken for its next request.
      if (!request.complete) response.setHeader('connection', 'close');
      await write(response, problem(error, request));
    });
  });
}
