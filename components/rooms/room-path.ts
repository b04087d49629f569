/** Names the room that was open last in this browser: the start page leads back to it. Set by the list of rooms. */
export const LAST_ROOM_COOKIE = 'last-room';

/** The room whose page a path is; null when it is another page. */
export function roomOfPath(path: string): string | null {
  const segment = /^\/chat\/([^/]+)$/.exec(path)?.[1];
  if (!segment) return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
