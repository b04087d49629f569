import { Hono } from 'hono';
import { inviteToService, listServiceInvitations, revokeServiceInvitation } from '../auth/service-invitations';
import { dispatch } from '../chat/commands';
import type { Actor } from '../contracts/actor';
import type { Invitation } from '../contracts/entities';
import { invitePath } from '../contracts/paths';
import { merge, numeric, roomOf } from './api';
import { actorOf, ignoreInput, json, readInput, type Bindings, type Context } from './context';
import { invitationIdOf } from './invitation-id';

type Fields = Record<string, unknown>;

/** Invitations as a resource API: to a room below it, to the service alone at the top. */
export const invitations = new Hono<{ Bindings: Bindings }>();

/** An invitation just made: its link is shown this once. */
type MadeInvitation = Invitation & { url: string };

/** With the link, at the address under which the service was reached. */
function withUrl(context: Context, made: { invitation: Invitation; token: string }): MadeInvitation {
  return { ...made.invitation, url: context.env.edge.origin + invitePath(made.token) };
}

/**
 * Makes a link into a room.
 *
 * @throws AppError every refusal of `invitation:create`
 */
export async function inviteToRoom(
  context: Context,
  actor: Actor,
  room: string,
  fields: Fields,
): Promise<MadeInvitation> {
  return withUrl(context, await dispatch(actor, 'invitation:create', merge(fields, { room })));
}

/**
 * Makes a link to the service alone.
 *
 * @throws AppError every refusal of `inviteToService`
 */
export async function inviteHere(context: Context, actor: Actor, fields: Fields): Promise<MadeInvitation> {
  return withUrl(context, await inviteToService(actor, fields));
}

/** A form's fields as an invitation's: what is chosen there is a number. */
export function invitationFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? numeric(value) : value]),
  );
}

invitations.get('/rooms/:room/invitations', async (context) =>
  json(context, await dispatch(await actorOf(context), 'invitation:list', { room: roomOf(context) })),
);
invitations.post('/rooms/:room/invitations', async (context) => {
  const input = readInput(context);
  const actor = await actorOf(context);
  return json(context, { invitation: await inviteToRoom(context, actor, roomOf(context), input) }, 201);
});
invitations.delete('/rooms/:room/invitations/:id', async (context) => {
  ignoreInput(context);
  const actor = await actorOf(context);
  const id = invitationIdOf(context.req.param('id'));
  await dispatch(actor, 'invitation:revoke', { room: roomOf(context), id });
  return context.body(null, 204);
});

invitations.get('/invitations', async (context) => json(context, await listServiceInvitations(await actorOf(context))));
invitations.post('/invitations', async (context) => {
  const input = readInput(context);
  return json(context, { invitation: await inviteHere(context, await actorOf(context), input) }, 201);
});
invitations.delete('/invitations/:id', async (context) => {
  ignoreInput(context);
  const actor = await actorOf(context);
  await revokeServiceInvitation(actor, invitationIdOf(context.req.param('id')));
  return context.body(null, 204);
});
