import { parse } from 'hono/utils/cookie';
import { LIMITS } from '../contracts/limits';
import { CHALLENGE_SECONDS } from './sign-in-challenge';

const NAME = 'next-auth.session-token';
const SECURE_NAME = `__Secure-${NAME}`;
/** next-auth cuts a value over 3,933 characters into cookies `.0`, `.1` …; ours never need it, but its reader allows for it. */
const MAX_CHUNKS = 4;

/** The cookie between the two steps of signing in. It goes to the sign-in page alone. */
const CHALLENGE_NAME = 'beseda.sign-in';
const CHALLENGE_PATH = '/login';

/**
 * The name of the session cookie: next-auth's.
 *
 * @param secure whether the service is reached over https; browsers keep `__Secure-` cookies only then (RFC 6265bis, 4.1.3.1)
 */
export function sessionCookieName(secure: boolean): string {
  return secure ? SECURE_NAME : NAME;
}

function serialize(name: string, value: string, maxAge: number, secure: boolean, path = '/'): string {
  return `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/**
 * The `Set-Cookie` value that gives a browser its session.
 *
 * @param token made of characters that need no escaping (a JWT's are base64url and dots)
 * @param secure whether the service is reached over https
 */
export function sessionCookie(token: string, secure: boolean): string {
  return serialize(sessionCookieName(secure), token, LIMITS.sessionSeconds, secure);
}

/** The `Set-Cookie` values that take the session away again, its chunks included. */
export function clearedCookies(secure: boolean): string[] {
  const name = sessionCookieName(secure);
  return [name, `${name}.0`, `${name}.1`].map((each) => serialize(each, '', 0, secure));
}

function challengeCookieName(secure: boolean): string {
  return secure ? `__Secure-${CHALLENGE_NAME}` : CHALLENGE_NAME;
}

/**
 * The `Set-Cookie` value that keeps for a browser that its password was right; without a challenge, the one that takes it away.
 *
 * @param secure whether the service is reached over https
 */
export function challengeCookie(challenge: string | null, secure: boolean): string {
  const seconds = challenge === null ? 0 : CHALLENGE_SECONDS;
  return serialize(challengeCookieName(secure), challenge ?? '', seconds, secure, CHALLENGE_PATH);
}

/** The challenge in a `Cookie` header; empty when there is none. */
export function challengeOfCookies(header: string): string {
  const cookies = parse(header);
  return cookies[challengeCookieName(true)] ?? cookies[challengeCookieName(false)] ?? '';
}

function readNamed(cookies: Record<string, string>, name: string): string | undefined {
  if (cookies[name]) return cookies[name];
  let value = '';
  for (let index = 0; index < MAX_CHUNKS; index++) {
    const chunk = cookies[`${name}.${index}`];
    if (!chunk) break;
    value += chunk;
  }
  return value === '' ? undefined : value;
}

/**
 * The session's token in a `Cookie` header. The `__Secure-` name goes first: only an https page of this host can have set it.
 *
 * @param header of the request
 * @returns undefined when there is none, or an empty one
 */
export function tokenOfCookies(header: string): string | undefined {
  const cookies = parse(header);
  return readNamed(cookies, SECURE_NAME) ?? readNamed(cookies, NAME);
}
