/**
 * A `callbackUrl` as a path of this service.
 *
 * @param value what stands in the address or was posted; anything
 * @returns null for what leads elsewhere: another origin, `//host`, `/\host`
 */
export function returnPath(value: unknown): string | null {
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > 2_000) return null;
  const base = 'http://here.invalid';
  const url = URL.parse(value, base);
  return url?.origin === base ? url.pathname + url.search + url.hash : null;
}
