import type { Actor } from '../contracts/actor';
import type { CommandArgs } from '../contracts/commands';
import { LIMITS } from '../contracts/limits';
import { countSchema, usernameSchema } from '../contracts/values';
import { openInvitations } from '../invitations';
import { refund } from '../limits';
import { refuseUnless, type RoomAccess } from './access';
import { global, inRoom, reading, type RoomRef } from './command';
import { readHistory } from './history';
import { inviteToRoom, revokeRoomInvitation } from './invitations';
import { addMember, checkMember, listMembers, removeMember } from './members';
import { ensureMember, readRoom } from './memberships';
import { checkMessage, deleteMessage, editMessage, sendMessage } from './messages';
import { updateRoom } from './room-update';
import { createRoom, deleteRoom, listRooms } from './rooms';
import { searchRooms } from './search';

/** A field of an input that was not parsed yet. */
export function fieldOf(input: unknown, field: string): unknown {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, field)
    ? (input as Record<string, unknown>)[field]
    : undefined;
}

async function allowChange(actor: Actor, access: RoomAccess, input: unknown, change: 'edit' | 'delete'): Promise<void> {
  const seq = countSchema.safeParse(fieldOf(input, 'seq'));
  if (seq.success) await checkMessage(actor, access, seq.data, change);
}

async function allowMember(actor: Actor, access: RoomAccess, input: unknown, change: 'add' | 'remove'): Promise<void> {
  const username = usernameSchema.safeParse(fieldOf(input, 'username'));
  if (username.success) await checkMember(actor, access, username.data, change);
  else refuseUnless(access.manages);
}

function send({ actor, args }: { actor: Actor; args: CommandArgs<'message:send'> }, room: RoomRef) {
  return sendMessage(actor, room, args.body, args.clientMessageId ?? null).then((written) => {
    if (!written.created) refund('message', actor.id);
    return written;
  });
}

/** Every command of the service by name: its access and its verb. Its schema stands in `contracts/commands.ts`. */
export const COMMANDS = {
  'room:create': global('room:create', {
    run: ({ actor, args }) =>
      createRoom(actor, { name: args.name, topic: args.topic ?? '', visibility: args.visibility ?? 'public' }),
  }),
  'room:list': global('room:list', { repeatable: true, run: ({ actor }) => listRooms(actor) }),
  'room:search': global('room:search', { repeatable: true, run: ({ actor, args }) => searchRooms(actor, args) }),
  'room:get': inRoom('room:get', {
    access: 'see',
    repeatable: true,
    run: ({ access: { room, membership } }) => Promise.resolve({ room, membership }),
  }),
  'room:update': inRoom('room:update', {
    access: 'manage',
    run: ({ actor, access, args: { room: _room, ...changes } }) => updateRoom(actor, access, changes),
  }),
  'room:delete': inRoom('room:delete', {
    access: 'manage',
    run: async ({ actor, access }) => {
      await deleteRoom(actor, access);
      return {};
    },
  }),
  'room:join': reading('room:join', {
    run: async ({ actor, args }) => {
      const catchingUp = args.after !== undefined || args.since !== undefined;
      const { access, page } = await readHistory(
        actor,
        args.room,
        args,
        catchingUp ? LIMITS.page.max : LIMITS.page.default,
      );
      await ensureMember(actor, access);
      return page;
    },
  }),
  'room:read': inRoom('room:read', {
    access: 'use',
    repeatable: true,
    run: ({ actor, access, args, call }) => readRoom(actor, access, args.seq, call.connectionId),
  }),
  'member:list': inRoom('member:list', { access: 'see', repeatable: true, run: ({ access }) => listMembers(access) }),
  'member:add': inRoom('member:add', {
    access: 'see',
    allow: (actor, access, input) => allowMember(actor, access, input, 'add'),
    run: ({ actor, access, args }) => addMember(actor, access, args.username),
  }),
  'member:remove': inRoom('member:remove', {
    access: 'see',
    allow: (actor, access, input) => allowMember(actor, access, input, 'remove'),
    run: async ({ actor, access, args }) => {
      await removeMember(actor, access, args.username);
      return {};
    },
  }),
  'invitation:create': inRoom('invitation:create', {
    access: 'manage',
    run: ({ actor, access, args: { room: _room, ...input } }) => inviteToRoom(actor, access, input),
  }),
  'invitation:list': inRoom('invitation:list', {
    access: 'manage',
    repeatable: true,
    run: async ({ access: { room } }) => ({ invitations: await openInvitations(room.id) }),
  }),
  'invitation:revoke': inRoom('invitation:revoke', {
    access: 'manage',
    run: async ({ actor, access, args }) => {
      await revokeRoomInvitation(actor, access, args.id);
      return {};
    },
  }),
  'message:send': inRoom('message:send', {
    access: 'join',
    run: (context) => send(context, context.access.room),
    runInside: send,
  }),
  'message:edit': inRoom('message:edit', {
    access: 'use',
    allow: (actor, access, input) => allowChange(actor, access, input, 'edit'),
    run: ({ actor, access, args }) => editMessage(actor, access, args.seq, args.body),
  }),
  'message:delete': inRoom('message:delete', {
    access: 'use',
    allow: (actor, access, input) => allowChange(actor, access, input, 'delete'),
    run: ({ actor, access, args }) => deleteMessage(actor, access, args.seq),
  }),
  'message:list': reading('message:list', {
    run: async ({ actor, args }) => (await readHistory(actor, args.room, args, args.limit)).page,
  }),
};
