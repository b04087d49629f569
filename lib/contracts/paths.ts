/** The path of a room's page, and of the JSON beside it. */
export function roomPath(room: string): string {
  return `/chat/${encodeURIComponent(room)}`;
}

/** The path where a room is deleted: its page asks, its form does it. */
export function deletionPath(room: string): string {
  return `/user/rooms/delete/${encodeURIComponent(room)}`;
}

/** The sign-in page, which leads back to `here` (a path with its query) afterwards. */
export function loginPath(here: string): string {
  return `/login?callbackUrl=${encodeURIComponent(here)}`;
}

/** The page that sets a new password by the token of a link. */
export function resetPath(token: string): string {
  return `/reset?token=${encodeURIComponent(token)}`;
}

/** Where an administrator changes somebody's account. */
export function managedUserPath(username: string): string {
  return `/admin/users/${encodeURIComponent(username)}`;
}

/** A page of the administrators' lists. */
export function adminListPath(list: 'users' | 'rooms' | 'audit', place: { q?: string; cursor?: string } = {}): string {
  const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value !== '')).toString();
  return `/admin/${list}${query && `?${query}`}`;
}
