/** The path of a room's page, and of the JSON beside it. */
export function roomPath(room: string): string {
  return `/chat/${encodeURIComponent(room)}`;
}

/** The page that says who is in a room, where its settings are. */
export function detailsPath(room: string): string {
  return `${roomPath(room)}/details`;
}

/** The path where a room is deleted: its page asks, its form does it. */
export function deletionPath(room: string): string {
  return `/user/rooms/delete/${encodeURIComponent(room)}`;
}

/** The sign-in page, which leads back to `here` (a path with its query) afterwards. */
export function loginPath(here: string): string {
  return `/login?callbackUrl=${encodeURIComponent(here)}`;
}
