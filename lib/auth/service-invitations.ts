import type { Actor } from '../contracts/actor';
import type { Invitation } from '../contracts/entities';
import { invitationSchema } from '../contracts/invitations';
import { parseInput } from '../contracts/parse-input';
import { insertInvitation, openInvitations, revokeInvitation } from '../invitations';
import { limit } from '../limits';
import { transaction } from '../queries';
import { requireAdministrator } from './managed-user';

async function admitAdministrator(actor: Actor): Promise<void> {
  await limit('command', actor.id);
  requireAdministrator(actor);
}

/**
 * Makes a link by which accounts can be made where registration is by invitation, and which leads into no room.
 *
 * @param input whatever came for {@link invitationSchema}
 * @returns the invitation, and its token, which is kept nowhere
 * @throws AppError `rate_limited`; `forbidden` for who is no administrator; `unprocessable`; `unavailable`
 */
export async function inviteToService(
  actor: Actor,
  input: unknown,
): Promise<{ invitation: Invitation; token: string }> {
  await admitAdministrator(actor);
  const parsed = parseInput(invitationSchema, input);
  return transaction((client) => insertInvitation(client, actor, null, parsed));
}

/**
 * The links to the service that still let somebody in, newest first.
 *
 * @throws AppError `rate_limited`; `forbidden` for who is no administrator; `unavailable`
 */
export async function listServiceInvitations(actor: Actor): Promise<{ invitations: Invitation[] }> {
  await admitAdministrator(actor);
  return { invitations: await openInvitations(null) };
}

/**
 * Takes a link to the service back.
 *
 * @throws AppError `rate_limited`; `forbidden` for who is no administrator; `not_found`; `unavailable`
 */
export async function revokeServiceInvitation(actor: Actor, id: number): Promise<void> {
  await admitAdministrator(actor);
  await transaction((client) => revokeInvitation(client, actor, null, id));
}
