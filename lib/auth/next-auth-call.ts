import { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type { NextApiRequest, NextApiResponse } from 'next';
import type * as NextAuth from 'next-auth';

/** A request to next-auth that does not come through Next. */
export interface AuthCall {
  /** what follows `/api/auth/` */
  path: string[];
  method: 'GET' | 'POST';
  cookies: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, string>;
}

/** What next-auth answered. */
export interface AuthAnswer {
  /** where it redirects to */
  location: string | undefined;
  body: unknown;
  /** `Set-Cookie` values */
  cookies: string[];
}

/** Loaded by whoever needs it: without a provider the server never does. */
const load: (path: 'next-auth') => typeof NextAuth = createRequire(import.meta.url);

const none = () => {
  throw new Error('Outside of Next there is nothing to redirect, to draft or to revalidate.');
};

/** What next-auth is given by Next's older API routes, on a connection with nobody at the other end. */
function request({ path, method, cookies, query, body = {} }: AuthCall): NextApiRequest {
  const incoming = Object.assign(new IncomingMessage(new Socket()), { method, cookies, body, env: {} });
  return Object.assign(incoming, { query: { ...query, nextauth: path } });
}

/**
 * Has next-auth answer outside of Next, where the rest of what signs people in is.
 *
 * @throws whatever next-auth throws
 */
export async function callNextAuth(call: AuthCall, options: NextAuth.AuthOptions): Promise<AuthAnswer> {
  let body: unknown;
  const incoming = request(call);
  const response: NextApiResponse = Object.assign(new ServerResponse(incoming), {
    status: (code: number) => Object.assign(response, { statusCode: code }),
    json: (value: unknown) => void (body = value),
    send: (value: unknown) => void (body = value),
    redirect: none,
    setDraftMode: none,
    setPreviewData: none,
    clearPreviewData: none,
    revalidate: none,
  });
  const { default: nextAuth } = load('next-auth');
  await nextAuth(incoming, response, options);
  const location = response.getHeader('Location');
  const cookies = response.getHeader('Set-Cookie');
  return {
    location: typeof location === 'string' ? location : undefined,
    body,
    cookies: Array.isArray(cookies) ? cookies : [],
  };
}
