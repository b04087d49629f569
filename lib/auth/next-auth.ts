import NextAuth from 'next-auth';
import type { NextRequest } from 'next/server';
import { AppError } from '../contracts/errors';
import { env } from '../env';
import { safeCallbackPath } from './callback-url';
import { authenticate, credentialOf } from './credentials';
import { nextAuthOptions, type AuthRequest } from './next-auth-options';
import { revokeSession } from './sessions';

/** Set by the front door on every request that it hands to Next, never taken from outside. */
const CLIENT_HEADER = 'x-beseda-client';
const SCHEME_HEADER = 'x-beseda-scheme';

interface RouteContext {
  params: Promise<{ nextauth: string[] }>;
}

function authRequest(request: NextRequest): AuthRequest {
  const { publicUrl } = env();
  const scheme = publicUrl?.protocol ?? (request.headers.get(SCHEME_HEADER) === 'https' ? 'https:' : 'http:');
  return {
    client: {
      address: request.headers.get(CLIENT_HEADER) ?? 'unknown',
      userAgent: request.headers.get('user-agent') ?? '',
    },
    origin: publicUrl?.origin ?? `${scheme}//${request.headers.get('host')?.toLowerCase() ?? 'localhost'}`,
    secure: scheme === 'https:',
  };
}

/** next-auth reads cookies alone; a bearer token counts before them on every route. */
async function answerBearer(request: NextRequest, action: string | undefined): Promise<Response | undefined> {
  const credential = credentialOf({ authorization: request.headers.get('authorization') });
  if (!credential || (action !== 'session' && action !== 'signout')) return undefined;
  const actor = await authenticate(credential);
  if (action === 'signout') {
    if (request.method !== 'POST') return undefined;
    await revokeSession(actor.sessionId);
    return Response.json({ url: `${authRequest(request).origin}/` });
  }
  const user = { id: actor.id, name: actor.username, email: actor.email };
  return Response.json({ user }, { headers: { 'cache-control': 'private, no-store' } });
}

/** An absolute http(s) URL, or a path: what next-auth accepts. */
function isWebAddress(address: string): boolean {
  const base = address.startsWith('/') ? 'http://localhost' : undefined;
  return URL.canParse(address, base) && /^https?:$/.test(new URL(address, base).protocol);
}

/** What next-auth itself writes into `error`: a word, which it puts into an address unencoded. */
const ERROR_WORD = /^\w{0,64}$/;

/** next-auth fails where a callback address is no web address or an error no word, and cannot read a broken body at all. */
async function checkReadable(request: NextRequest): Promise<void> {
  const addresses = [
    request.nextUrl.searchParams.get('callbackUrl'),
    ...request.cookies.getAll().flatMap(({ name, value }) => (name.endsWith('next-auth.callback-url') ? [value] : [])),
  ];
  if (!addresses.every((address) => !address || isWebAddress(address))) {
    throw new AppError('bad_request', 'callbackUrl must be an address of this service.');
  }
  if (!request.nextUrl.searchParams.getAll('error').every((word) => ERROR_WORD.test(word))) {
    throw new AppError('bad_request', 'error must be one word.');
  }
  if (request.method !== 'POST' || !request.headers.get('content-type')?.includes('application/json')) return;
  const body: unknown = await request
    .clone()
    .json()
    .catch(() => undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AppError('bad_request', 'The body must be a JSON object.');
  }
}

/** `Location` as a path, and addresses in JSON with the service's own origin: next-auth knows neither port nor proxy. */
async function readdress(response: Response, origin: string): Promise<Response> {
  const location = response.headers.get('location');
  if (location !== null) {
    const url = new URL(location, origin);
    response.headers.set('location', safeCallbackPath(`${url.pathname}${url.search}${url.hash}`, origin));
    return response;
  }
  if (!response.headers.get('content-type')?.includes('application/json')) return response;
  const body: unknown = await response.json();
  if (typeof body === 'object' && body !== null && 'url' in body && typeof body.url === 'string') {
    const url = new URL(body.url, origin);
    body.url = `${origin}${url.pathname}${url.search}${url.hash}`;
  }
  return new Response(JSON.stringify(body), { status: response.status, headers: response.headers });
}

/** The contract's rule for every change, besides next-auth's own token against forged forms. */
function checkOrigin(request: NextRequest, own: string): void {
  if (request.method !== 'POST') return;
  const origin = request.headers.get('origin')?.toLowerCase();
  const isOwn = origin === own || (origin === undefined && request.headers.get('sec-fetch-site') === 'same-origin');
  const byCookie =
    credentialOf({ authorization: request.headers.get('authorization'), cookie: request.headers.get('cookie') })
      ?.kind === 'cookie';
  if (!isOwn && (byCookie || origin !== undefined)) {
    throw new AppError('forbidden', 'This change must come from a page of this service.');
  }
}

/**
 * Answers what next-auth offers at `/api/auth/*`, with the limits, sessions and revocation of every other way to sign in.
 *
 * @returns next-auth's answer
 * @throws AppError where one of ours is the reason, as the contract has it; `not_found` for what next-auth does not have, and for
 *   `_log`, by which strangers could write into the log
 */
export async function handleNextAuth(request: NextRequest, context: RouteContext): Promise<Response> {
  const { nextauth } = await context.params;
  const [action] = nextauth;
  if (action === '_log') throw new AppError('not_found', 'There is nothing at this address.');
  const own = authRequest(request);
  await checkReadable(request);
  checkOrigin(request, own.origin);
  const bearer = await answerBearer(request, action);
  if (bearer) return bearer;
  const { options, outcome } = nextAuthOptions(own);
  const response: unknown = await NextAuth(request, { params: { nextauth } }, options);
  if (outcome.failure && outcome.failure.code !== 'unauthenticated') throw outcome.failure;
  if (!(response instanceof Response)) throw new TypeError('next-auth gave no response');
  // In words of its own, next-auth says 400 of actions that it does not have.
  if (response.status === 400 && response.headers.get('content-type')?.startsWith('text/plain')) {
    throw new AppError('not_found', 'There is nothing at this address.');
  }
  return readdress(response, own.origin);
}
