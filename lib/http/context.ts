import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context as HonoContext } from 'hono';
import { parse } from 'hono/utils/cookie';
import { authenticate, credentialOf, type Credential } from '../auth/credentials';
import type { Client } from '../auth/accounts';
import type { Locale } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import type { FormState } from '../contracts/form-state';
import { isForeign, type Edge } from '../edge';
import { chooseLocale, LOCALE_COOKIE } from '../i18n/locales';

/** What the front door knows of a request and hands to its handlers. */
export interface Bindings {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  edge: Edge;
  /** the whole body, already within its limit */
  body: Buffer;
  /** why the body was not read, where a form's page has to say so */
  refusal: AppError | null;
  /** Answers with one of Next's pages under another status; `form` is what was typed into the form that it shows. */
  renderPage(path: string, status: number, form: FormState | null): Promise<void>;
}

export type Context = HonoContext<{ Bindings: Bindings }>;

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;

function contentType({ env }: Context): string {
  return env.incoming.headers['content-type'] ?? '';
}

/** Whether a request comes from a browser that posts a form: it accepts HTML, and what it sends is no JSON. */
export function isFromForm({ headers }: IncomingMessage): boolean {
  return !JSON_TYPE.test(headers['content-type'] ?? '') && /\btext\/html\b/i.test(headers.accept ?? '');
}

/** Whether the answer is meant for a browser that posted a form. */
export function wantsHtml(context: Context): boolean {
  return isFromForm(context.env.incoming);
}

/** Whether a GET asks for JSON: it names JSON and not HTML. Everything else, whatever a bare wildcard says, gets the page. */
export function wantsJson(request: IncomingMessage): boolean {
  const accept = request.headers.accept ?? '';
  return /\bapplication\/(?:[\w.-]+\+)?json\b/i.test(accept) && !/\btext\/html\b/i.test(accept);
}

/** Whether the body is a urlencoded form. */
export function isForm(context: Context): boolean {
  return FORM_TYPE.test(contentType(context));
}

/** A form's fields; one left empty counts as not filled in. */
export function readForm(body: Buffer): Record<string, string> {
  return Object.fromEntries([...new URLSearchParams(body.toString('utf8'))].filter(([, value]) => value !== ''));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A request's body as an object.
 *
 * @param form whether a urlencoded form is taken as well as JSON
 * @throws AppError `bad_request` for another content type, broken JSON, or JSON that is no object
 */
export function readInput(context: Context, { form = false } = {}): Record<string, unknown> {
  const type = contentType(context);
  const { body } = context.env;
  if (form && isForm(context)) return readForm(body);
  if (!JSON_TYPE.test(type)) {
    throw new AppError('bad_request', `Send ${form ? 'application/json or a urlencoded form' : 'application/json'}.`);
  }
  let value: unknown;
  try {
    // Fatal: bytes that are no UTF-8 must not become text that nobody wrote.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not JSON in UTF-8.', { cause });
  }
  if (!isRecord(value)) throw new AppError('bad_request', 'The body must be a JSON object.');
  return value;
}

/** The body of a request that needs none: anything but JSON or a form is refused, and what it says is not looked at. */
export function ignoreInput(context: Context): void {
  const type = contentType(context);
  if (context.env.body.length === 0 || FORM_TYPE.test(type)) return;
  readInput(context);
}

/** The credential of a request, or null. */
export function credential({ env: { incoming } }: Context): Credential | null {
  return credentialOf({ authorization: incoming.headers.authorization, cookie: incoming.headers.cookie });
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Refuses a change that a page of another site made a browser send.
 *
 * @param always whether a foreign origin is refused without a cookie too (sign-in and registration make one)
 * @throws AppError `forbidden`
 */
export function checkOrigin(context: Context, { always = false } = {}): void {
  const { incoming, edge } = context.env;
  if (!CHANGING.has(incoming.method ?? '')) return;
  const foreign = isForeign(incoming, edge);
  const own = incoming.headers.origin !== undefined && !foreign;
  const unknown = !own && incoming.headers['sec-fetch-site'] !== 'same-origin';
  const refused = (always && foreign) || (credential(context)?.kind === 'cookie' && (foreign || unknown));
  if (refused) throw new AppError('forbidden', 'This change must come from a page of this service.');
}

/**
 * Who asks.
 *
 * @throws AppError `forbidden` (foreign origin), `unauthenticated`
 */
export async function actorOf(context: Context): Promise<Actor> {
  checkOrigin(context);
  return authenticate(credential(context));
}

/** Where a request comes from, for sessions and limits. */
export function clientOf({ env: { incoming, edge } }: Context): Client {
  return { address: edge.address, userAgent: incoming.headers['user-agent'] ?? '' };
}

/** The language that a request asks for: what was chosen in that browser, else what it prefers, else English. */
export function localeOf({ env: { incoming } }: Context): Locale {
  const { cookie = '', 'accept-language': accepted = null } = incoming.headers;
  return chooseLocale(parse(cookie)[LOCALE_COOKIE], null, accepted);
}

/**
 * Answers with JSON. Past Hono, whose `context.json` makes a web `Response`: its body is a stream, and to make and read that costs as much
 * as the rest of a small answer.
 *
 * @param headers besides those that were set on `outgoing` before
 */
export function json(
  { env: { outgoing } }: Context,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  const body = JSON.stringify(value);
  outgoing.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  outgoing.end(body);
  return alreadySent();
}

/** The answer of a handler that has written it itself, or let Next write it. */
export function alreadySent(): Response {
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
}
