import { z } from 'zod';
import { dispatch } from '../chat/commands';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { detailsPath } from '../contracts/paths';

import { invitationIdOf } from './invitation-id';

type Fields = Record<string, unknown>;

const actionSchema = z.enum(['update', 'add', 'remove', 'hand-over', 'revoke-invitation', 'leave']);

/** What each form of a room's details page does. Each gives the path that the browser goes to afterwards. */
const ACTIONS: Record<z.infer<typeof actionSchema>, (actor: Actor, room: string, fields: Fields) => Promise<string>> = {
  async update(actor, room, fields) {
    // A field that is left empty is not posted: an empty topic is one, an empty name is a mistake.
    const changed = await dispatch(actor, 'room:update', { name: '', topic: '', ...fields, room });
    return detailsPath(changed.room.name);
  },
  async add(actor, room, fields) {
    await dispatch(actor, 'member:add', { ...fields, room });
    return `${detailsPath(room)}#members`;
  },
  async remove(actor, room, fields) {
    await dispatch(actor, 'member:remove', { ...fields, room });
    return `${detailsPath(room)}#members`;
  },
  async 'hand-over'(actor, room, fields) {
    await dispatch(actor, 'room:update', { ...fields, room });
    return `${detailsPath(room)}#members`;
  },
  async 'revoke-invitation'(actor, room, { invitation, ...fields }) {
    await dispatch(actor, 'invitation:revoke', { ...fields, room, id: invitationIdOf(String(invitation)) });
    return `${detailsPath(room)}#invitations`;
  },
  async leave(actor, room) {
    await dispatch(actor, 'member:remove', { room, username: actor.username });
    return '/user';
  },
};

/**
 * Does what a form of a room's details page asks for.
 *
 * @param input the form's fields; `action` says which form it is
 * @returns the path to go to
 * @throws AppError `unprocessable` for a form that the page has not; every refusal of the command behind it
 */
export function changeRoom(actor: Actor, room: string, { action, ...fields }: Fields): Promise<string> {
  const known = actionSchema.safeParse(action);
  if (!known.success) throw new AppError('unprocessable', 'This form is none of the page’s.');
  return ACTIONS[known.data](actor, room, fields);
}
