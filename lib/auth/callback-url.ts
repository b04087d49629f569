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
  // Two slashes would be read as a host once the path stands alone in `Location`; that of `blob:` is a whole address of its own.
  if (url.origin !== new URL(origin).origin || !/^\/(?!\/)/.test(url.pathname)) return otherwise;
  return `${url.pathname}${url.search}${url.hash}`;
}
