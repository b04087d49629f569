import { randomUUID } from 'node:crypto';
import { PASSWORD } from '../../factories';
import type { CommandName } from '@/lib/contracts/commands';
import type { FactName } from '@/lib/contracts/facts';
import type { Stage } from './stage';

/**
 * Who may do what, for every command, route, page and fact: seven outcomes, in the order of STANDINGS (anonymous, non-member, member,
 * owner, removed, administrator, suspended). `ok` is any success; a number is the refusal's HTTP status, over sockets its code.
 * An administrator here is no member of the room.
 */
export interface Row {
  public: string;
  /** as in a public room, unless it says otherwise */
  private?: string;
}

export interface CommandRow extends Row {
  input: (stage: Stage) => Record<string, unknown>;
}

export interface RouteRow extends Row {
  /** what `:name` parameters stand for; `:room` is the stage's room and `:seq` its message unless said otherwise */
  params?: (stage: Stage) => Record<string, string>;
  query?: string;
  json?: (stage: Stage) => Record<string, unknown>;
}

export const IN_ROOM = { public: '401 ok ok ok 403 ok 401', private: '401 404 ok ok 404 404 401' };
/** To know of a room and who is in it: administrators may, of any. */
export const SEE = { public: '401 ok ok ok 403 ok 401', private: '401 404 ok ok 404 ok 401' };
export const MANAGE = { public: '401 403 403 ok 403 ok 401', private: '401 404 403 ok 404 ok 401' };
export const SIGNED_IN = { public: '401 ok ok ok ok ok 401' };
const WITHOUT_FACTOR = { public: '401 409 409 409 409 409 401' };
export const ADMINISTRATORS = { public: '401 403 403 403 403 ok 401' };
const OF_SOMEBODY = { ...ADMINISTRATORS, params: ({ other }: Stage) => ({ username: other.username }) };
const OF_SERVICE_INVITATION = {
  ...ADMINISTRATORS,
  params: ({ serviceInvitation }: Stage) => ({ id: String(serviceInvitation.id) }),
};
export const LEADS_ON = { public: '303 303 303 303 303 303 303' };
const NOTHING_THERE = { public: '404 404 404 404 404 404 404' };
export const ANYBODY = { public: 'ok ok ok ok ok ok ok' };

const inRoom = ({ room }: Stage) => ({ room });
const ofOther = ({ room, other }: Stage) => ({ room, username: other.username });
const fresh = () => `fresh-${randomUUID().slice(0, 8)}`;

/** Commands over Socket.IO and plain WebSocket. */
export const COMMANDS: Record<CommandName | 'typing' | 'room:leave', CommandRow> = {
  'room:create': { ...SIGNED_IN, input: () => ({ name: fresh() }) },
  'room:list': { ...SIGNED_IN, input: () => ({}) },
  'room:search': { ...SIGNED_IN, input: () => ({ q: 'matrix' }) },
  'room:get': { ...SEE, input: inRoom },
  'room:update': { ...MANAGE, input: ({ room }) => ({ room, topic: 'changed' }) },
  'room:delete': { ...MANAGE, input: inRoom },
  'room:join': { ...IN_ROOM, input: inRoom },
  'room:leave': { ...SIGNED_IN, input: inRoom },
  'room:read': { ...IN_ROOM, input: ({ room, seq }) => ({ room, seq }) },
  'member:list': { ...SEE, input: inRoom },
  'member:add': { ...MANAGE, input: ofOther },
  'member:remove': { ...MANAGE, input: ofOther },
  'invitation:create': { ...MANAGE, input: inRoom },
  'invitation:list': { ...MANAGE, input: inRoom },
  'invitation:revoke': { ...MANAGE, input: ({ room, invitation }) => ({ room, id: invitation.id }) },
  'message:send': { ...IN_ROOM, input: ({ room }) => ({ room, body: 'hello' }) },
  'message:list': { ...IN_ROOM, input: inRoom },
  // Of one's own message; whoever could not have written one tries the owner's.
  'message:edit': {
    public: '401 403 ok ok 403 403 401',
    private: '401 404 ok ok 404 404 401',
    input: ({ room, seq }) => ({ room, seq, body: 'edited' }),
  },
  'message:delete': {
    public: '401 403 ok ok 403 ok 401',
    private: '401 404 ok ok 404 404 401',
    input: ({ room, seq }) => ({ room, seq }),
  },
  typing: { ...IN_ROOM, input: ({ room }) => ({ room, typing: true }) },
};

/** Every route that the front door answers itself, by method and path as it is registered. */
export const ROUTES: Record<string, RouteRow> = {
  'GET /api/health/live': ANYBODY,
  'GET /api/health/ready': ANYBODY,
  'GET /api/v1/rooms': SIGNED_IN,
  'POST /api/v1/rooms': { ...SIGNED_IN, json: () => ({ name: fresh() }) },
  'GET /api/v1/rooms/:room': SEE,
  'PATCH /api/v1/rooms/:room': { ...MANAGE, json: () => ({ topic: 'changed' }) },
  'DELETE /api/v1/rooms/:room': MANAGE,
  'GET /api/v1/rooms/:room/messages': IN_ROOM,
  'POST /api/v1/rooms/:room/messages': { ...IN_ROOM, json: () => ({ body: 'hello' }) },
  'PATCH /api/v1/rooms/:room/messages/:seq': { ...COMMANDS['message:edit'], json: () => ({ body: 'edited' }) },
  'DELETE /api/v1/rooms/:room/messages/:seq': COMMANDS['message:delete'],
  'PUT /api/v1/rooms/:room/read': { ...IN_ROOM, json: ({ seq }) => ({ seq }) },
  'GET /api/v1/rooms/:room/members': SEE,
  'PUT /api/v1/rooms/:room/members/:username': { ...MANAGE, params: ofOther },
  'DELETE /api/v1/rooms/:room/members/:username': { ...MANAGE, params: ofOther },
  'GET /api/v1/rooms/:room/invitations': MANAGE,
  'POST /api/v1/rooms/:room/invitations': { ...MANAGE, json: () => ({}) },
  'DELETE /api/v1/rooms/:room/invitations/:id': {
    ...MANAGE,
    params: ({ invitation }) => ({ id: String(invitation.id) }),
  },
  'GET /api/v1/invitations': ADMINISTRATORS,
  'POST /api/v1/invitations': { ...ADMINISTRATORS, json: () => ({}) },
  'DELETE /api/v1/invitations/:id': OF_SERVICE_INVITATION,
  'POST /admin/invitations': { ...ADMINISTRATORS, json: () => ({}) },
  'POST /admin/invitations/:id/revoke': OF_SERVICE_INVITATION,
  // By the owner's link, whatever the room: only who was removed is not let in.
  'POST /invite/:token': {
    public: '401 ok ok ok 403 ok 401',
    params: ({ invitation }) => ({ token: invitation.token }),
  },
  'GET /api/v1/me': SIGNED_IN,
  'PATCH /api/v1/me': { ...SIGNED_IN, json: () => ({ locale: 'ru' }) },
  'DELETE /api/v1/me': { ...SIGNED_IN, json: () => ({ password: PASSWORD }) },
  'POST /api/v1/me/password': { ...SIGNED_IN, json: () => ({ currentPassword: PASSWORD, newPassword: PASSWORD }) },
  'GET /api/v1/me/sessions': SIGNED_IN,
  'DELETE /api/v1/me/sessions': SIGNED_IN,
  'DELETE /api/v1/me/sessions/:id': { ...SIGNED_IN, params: ({ actor }) => ({ id: String(actor?.sessionId ?? 1) }) },
  'GET /api/v1/me/second-factor': SIGNED_IN,
  'POST /api/v1/me/second-factor': { ...SIGNED_IN, json: () => ({ password: PASSWORD }) },
  // Nobody here has begun, or has one.
  'POST /api/v1/me/second-factor/confirm': { ...WITHOUT_FACTOR, json: () => ({ code: '123456' }) },
  'POST /api/v1/me/second-factor/recovery-codes': {
    ...WITHOUT_FACTOR,
    json: () => ({ password: PASSWORD, code: '123456' }),
  },
  'DELETE /api/v1/me/second-factor': { ...WITHOUT_FACTOR, json: () => ({ password: PASSWORD, code: '123456' }) },
  'POST /user/account/two-step': { ...SIGNED_IN, query: '?form=begin', json: () => ({ password: PASSWORD }) },
  // The forms of the account's pages; what each does is a route above.
  'POST /user/account': { ...SIGNED_IN, query: '?form=username', json: () => ({ username: fresh() }) },
  'POST /user/account/delete': { ...SIGNED_IN, json: () => ({ password: PASSWORD }) },
  'GET /api/v1/users': ADMINISTRATORS,
  'PATCH /api/v1/users/:username': { ...OF_SOMEBODY, json: () => ({ role: 'user' }) },
  'POST /api/v1/users/:username/reset': OF_SOMEBODY,
  'DELETE /api/v1/users/:username/second-factor': OF_SOMEBODY,
  'GET /api/v1/audit': ADMINISTRATORS,
  'GET /api/v1/admin/rooms': ADMINISTRATORS,
  'POST /admin/users/:username': { ...OF_SOMEBODY, json: () => ({ suspended: false }) },
  'POST /admin/users/:username/reset': OF_SOMEBODY,
  // The answer is the same for everybody, whoever's address it is: what comes of it is in contract/forgotten-password.
  'POST /forgot': { ...ANYBODY, json: () => ({ email: 'nobody@example.org' }) },
  'POST /admin/users/:username/second-factor': { ...OF_SOMEBODY, json: () => ({}) },
  // By the link alone: nobody has one here.
  'POST /reset': {
    public: '422 422 422 422 422 422 422',
    json: () => ({ token: 'nobody made this one', password: PASSWORD }),
  },
  // An account that exists already: taken, whoever asks.
  'POST /register': {
    public: '409 409 409 409 409 409 409',
    json: ({ other }) => ({ email: other.email, username: other.username, password: PASSWORD }),
  },
  'POST /login': {
    public: '401 ok ok ok ok ok 403',
    json: ({ actor }) => ({ email: actor?.email ?? 'nobody@example.org', password: PASSWORD }),
  },
  // There is no provider here; with one, whoever comes is a browser that the provider leads: tests/integration/openid-answers.test.ts.
  'POST /api/auth/signin/oidc': NOTHING_THERE,
  'GET /api/auth/callback/oidc': NOTHING_THERE,
  'GET /logout': ANYBODY,
  'GET /user': SIGNED_IN,
  'POST /user/rooms': { ...SIGNED_IN, json: () => ({ name: fresh() }) },
  'DELETE /user/rooms/delete/:room': MANAGE,
  'POST /user/rooms/delete/:room': MANAGE,
  'GET /user/search/results': { ...SIGNED_IN, query: '?q=matrix' },
  'GET /chat/:room': IN_ROOM,
  'POST /chat/:room': { ...IN_ROOM, json: () => ({ body: 'hello' }) },
  'POST /chat/:room/details': { ...MANAGE, json: ({ other }) => ({ action: 'add', username: other.username }) },
  'POST /preferences': { ...ANYBODY, json: () => ({ locale: 'ru' }) },
};

/** Pages of Next, by path: a browser without a session is sent to sign in. */
export const PAGES: Record<string, Row> = {
  '/': { public: 'ok 303 303 303 303 303 ok' },
  '/login': { public: 'ok 303 303 303 303 303 ok' },
  '/register': { public: 'ok 303 303 303 303 303 ok' },
  '/admin': LEADS_ON,
  // The addresses that forms are posted to: whoever comes back to one finds the page that has the form.
  '/admin/users/:username': LEADS_ON,
  '/admin/users/:username/reset': LEADS_ON,
  '/admin/users/:username/second-factor': LEADS_ON,
  '/admin/invitations/:id/revoke': LEADS_ON,
  '/user/rooms': LEADS_ON,
  '/admin/users': { public: '303 404 404 404 404 ok 303' },
  '/admin/rooms': { public: '303 404 404 404 404 ok 303' },
  '/admin/invitations': { public: '303 404 404 404 404 ok 303' },
  '/admin/audit': { public: '303 404 404 404 404 ok 303' },
  '/forgot': ANYBODY,
  '/reset': { public: '404 404 404 404 404 404 404' },
  // By the owner's link; its members are led to the room.
  '/invite/:token': { public: 'ok ok 303 303 403 ok ok' },
  '/user': { public: '303 ok ok ok ok ok 303' },
  '/user/account': { public: '303 ok ok ok ok ok 303' },
  '/user/account/delete': { public: '303 ok ok ok ok ok 303' },
  '/user/account/two-step': { public: '303 ok ok ok ok ok 303' },
  '/user/search': { public: '303 ok ok ok ok ok 303' },
  '/user/search/results': { public: '303 ok ok ok ok ok 303' },
  '/user/rooms/delete/:room': { public: '303 403 403 ok 403 ok 303', private: '303 404 403 ok 404 ok 303' },
  '/chat/:room': { public: '303 ok ok ok 403 ok 303', private: '303 404 ok ok 404 404 303' },
  '/chat/:room/details': { public: '303 ok ok ok 403 ok 303', private: '303 404 ok ok 404 ok 303' },
};

/** Who hears a fact, on a connection that has joined the room where it may: `yes` or `-`. Without credentials there is no connection. */
export const FACTS: Record<FactName, Row> = {
  'messages:created': { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  'message:updated': { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  presence: { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  typing: { public: '- yes yes - - yes -', private: '- - yes - - - -' },
  'member:added': { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  'member:removed': { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  // On connections that have not joined the room: members alone, and joining is what makes one a member of a public room.
  'room:activity': { public: '- - yes yes - - -' },
  'room:updated': { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  'room:deleted': { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  // The owner reads; their other connection hears it.
  'room:read': { public: '- - - yes - - -' },
  // The non-member is added.
  'room:added': { public: '- yes - - - - -' },
  // The member is removed.
  'room:removed': { public: '- - yes - - - -' },
  'user:updated': { public: '- yes yes yes - yes -', private: '- - yes yes - - -' },
  // The member's session is ended.
  'session:closing': { public: '- - yes - - - -' },
};
