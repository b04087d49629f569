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

/** The own account's page. `form` is where one of its forms is posted, and shown again; `done` has the page say that one was taken. */
export function accountPath(query: { form?: string; done?: string } = {}): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? '/user/account' : `/user/account?${search}`;
}

/** The page that asks before the own account is deleted, and what its form posts to. */
export const ACCOUNT_DELETION_PATH = '/user/account/delete';

/** The page about the own account's second factor. `form` is one of its forms, and where that is posted; `done` one that was taken. */
export function twoStepPath(query: { form?: string; done?: string } = {}): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? '/user/account/two-step' : `/user/account/two-step?${search}`;
}

/** Why somebody is sent to sign in who was signed in before. */
export type LoginNotice = 'ended' | 'deleted';

/**
 * The sign-in page.
 *
 * @param here a path with its query, to which it leads back afterwards; empty for the usual place
 * @param notice what the page says besides
 */
export function loginPath(here: string, notice?: LoginNotice): string {
  const query = new URLSearchParams({ ...(here && { callbackUrl: here }), ...(notice && { notice }) }).toString();
  return query === '' ? '/login' : `/login?${query}`;
}

/** What the second step of signing in asks for. */
export type LoginStep = 'code' | 'recovery';

/** The second step of signing in. `here` is as in {@link loginPath}. */
export function loginStepPath(step: LoginStep, here: string): string {
  return `/login?${new URLSearchParams({ step, ...(here && { callbackUrl: here }) }).toString()}`;
}

/** The page that sets a new password by the token of a link. */
export function resetPath(token: string): string {
  return `/reset?token=${encodeURIComponent(token)}`;
}

/** The page where somebody asks for such a link by letter; `sent` has it say that one is on its way. */
export function forgotPath(sent = false): string {
  return sent ? '/forgot?sent=1' : '/forgot';
}

/** The page that an invitation's link opens; its form is posted there. */
export function invitePath(token: string): string {
  return `/invite/${encodeURIComponent(token)}`;
}

/** The page that makes an account. */
export function registerPath(invitation?: string): string {
  return invitation === undefined ? '/register' : `/register?invitation=${encodeURIComponent(invitation)}`;
}

/** Where a link to the service is taken back. */
export function revocationPath(id: number): string {
  return `/admin/invitations/${id}/revoke`;
}

/** Where an administrator changes somebody's account. */
export function managedUserPath(username: string): string {
  return `/admin/users/${encodeURIComponent(username)}`;
}

/** A page of the administrators' lists. */
export function adminListPath(
  list: 'users' | 'rooms' | 'invitations' | 'audit',
  place: { q?: string; cursor?: string } = {},
): string {
  const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value !== '')).toString();
  return `/admin/${list}${query && `?${query}`}`;
}

/** What begins a sign-in at the OpenID Connect provider, and where the provider sends people back to: next-auth's addresses. */
export const OPENID_BEGIN_PATH = '/api/auth/signin/oidc';
export const OPENID_CALLBACK_PATH = '/api/auth/callback/oidc';

/** Where the account's page says whether the provider is connected. */
export const CONNECTION_ID = 'connection';

/** The sign-in page, or the account's where it was to be connected there, with why a sign-in at the provider came to nothing. */
export function refusedPath(refused: string, isConnecting: boolean, callbackUrl: string): string {
  if (isConnecting) return `/user/account?refused=${refused}#${CONNECTION_ID}`;
  return `/login?${new URLSearchParams({ ...(callbackUrl && { callbackUrl }), refused }).toString()}`;
}
