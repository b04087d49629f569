/**
 * Where to go after signing in or out: a page of this service, or a page that is safe.
 *
 * @param value whatever came as `callbackUrl`
 * @param origin the service's own
 * @param otherwise the path that nothing, `//host`, backslashes, other schemes and other hosts all give
 * @returns a path with query and fragment
 */
export function safeCallbackPath(value: unknown, origin: string, otherwise = '/'): string {
  if (typeof value !== 'string' || !URL.canParse(value, origin)) return otherwise;
  const url = new URL(value, origin);
  // A path that begins with two slashes would be read as a host once it stands alone in `Location`.
  if (url.origin !== new URL(origin).origin || url.pathname.startsWith('//')) return otherwise;
  return `${url.pathname}${url.search}${url.hash}`;
}
