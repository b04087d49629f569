/** The cookie by which the browser tells its time zone, so that the server renders the same times at the next visit. */
export const TIME_ZONE_COOKIE = 'timeZone';

/** A time zone that a browser told, if it is one; else UTC. */
export function knownTimeZone(told: string | undefined): string {
  try {
    return told ? new Intl.DateTimeFormat('en', { timeZone: told }).resolvedOptions().timeZone : 'UTC';
  } catch {
    return 'UTC';
  }
}
