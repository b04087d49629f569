/**
 * Where to go after signing in or out: a page of this service, or the start page.
 *
 * @param value whatever came as `callbackUrl`
 * @param origin the service's own
 * @returns a path with query and fragment. `//host`, backslashes, other schemes and other hosts all give `/`
 */
export function safeCallbackPath(value: unknown, origin: string): string {
  if (typeof value !== 'string' || !URL.canParse(value, origin)) return '/';
  const url = new URL(value, origin);
  // A path that begins with two slashes would be read as a host once it stands alone in `Location`.
  if (url.origin !== new URL(origin).origin || url.pathname.startsWith('//')) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
