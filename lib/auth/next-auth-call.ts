import { createRequire } from 'node:module';
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

/**
 * Has next-auth answer outside of Next, where the rest of what signs people in is. It is written for Next's older API routes too, and
 * of their request and response it uses no more than what is here.
 *
 * @throws whatever next-auth throws
 */
export async function callNextAuth(call: AuthCall, options: NextAuth.AuthOptions): Promise<AuthAnswer> {
  const headers = new Map<string, unknown>();
  let body: unknown;
  const response = {
    status: () => response,
    getHeader: (name: string) => headers.get(name),
    setHeader: (name: string, value: unknown) => (headers.set(name, value), response),
    json: (value: unknown) => (body = value),
    send: (value: unknown) => (body = value),
    end: () => undefined,
  };
  const request = {
    method: call.method,
    headers: {},
    cookies: call.cookies,
    body: call.body ?? {},
    query: { ...call.query, nextauth: call.path },
  };
  const { default: nextAuth } = load('next-auth');
  // Of our own making, and only as large as next-auth needs it.
  await nextAuth(request as unknown as NextApiRequest, response as unknown as NextApiResponse, options);
  const location = headers.get('Location');
  const cookies = headers.get('Set-Cookie');
  return {
    location: typeof location === 'string' ? location : undefined,
    body,
    cookies: Array.isArray(cookies) ? cookies.map(String) : [],
  };
}
