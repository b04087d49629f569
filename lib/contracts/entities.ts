import { z } from 'zod';

const time = z.string();

/** A user as others see them. */
export const userSchema = z.object({ id: z.int(), username: z.string() });
export type User = z.infer<typeof userSchema>;

/** A user as they see themselves. */
export const accountSchema = userSchema.extend({
  email: z.string(),
  role: z.enum(['user', 'administrator']),
  locale: z.enum(['en', 'ru']).nullable(),
});
export type Account = z.infer<typeof accountSchema>;

export const roomSchema = z.object({
  id: z.int(),
  name: z.string(),
  topic: z.string(),
  visibility: z.enum(['public', 'private']),
  /** null when the account behind it is gone */
  owner: userSchema.nullable(),
  lastSeq: z.int(),
  revision: z.int(),
  createdAt: time,
});
export type Room = z.infer<typeof roomSchema>;

/** A room in one's own list. `unread` is `lastSeq − lastReadSeq`; `lastMessage` is what a list shows of it. */
export const ownRoomSchema = roomSchema.extend({
  unread: z.int(),
  lastMessage: z.object({ author: userSchema.nullable(), excerpt: z.string(), createdAt: time }).nullable(),
});
export type OwnRoom = z.infer<typeof ownRoomSchema>;

export const messageSchema = z.object({
  roomId: z.int(),
  /** place in the room: 1, 2, 3 … without a gap, for ever */
  seq: z.int(),
  /** the room's change that this version of the message is */
  revision: z.int(),
  author: userSchema.nullable(),
  /** empty once deleted */
  body: z.string(),
  clientMessageId: z.string().nullable(),
  createdAt: time,
  editedAt: time.nullable(),
  deletedAt: time.nullable(),
});
export type Message = z.infer<typeof messageSchema>;

/** A page of history. `hasMoreAfter` tells of the newer side where `around` asked for both. */
export const messagePageSchema = z.object({
  room: roomSchema,
  messages: z.array(messageSchema),
  hasMore: z.boolean(),
  hasMoreAfter: z.boolean().optional(),
});
export type MessagePage = z.infer<typeof messagePageSchema>;

/** One's own standing in a room. */
export const membershipSchema = z.object({ role: z.enum(['owner', 'member']), lastReadSeq: z.int(), joinedAt: time });
export type Membership = z.infer<typeof membershipSchema>;

/** A link that lets people in, without the link itself. `maxUses` is null where it lets in whoever has it. */
export const invitationSchema = z.object({
  id: z.int(),
  createdAt: time,
  expiresAt: time,
  maxUses: z.int().nullable(),
  /** how many have come in by it */
  uses: z.int(),
  createdBy: userSchema,
});
export type Invitation = z.infer<typeof invitationSchema>;

/** What the holder of a link is told of the room that it leads to. */
export interface InvitedRoom {
  name: string;
  topic: string;
  memberCount: number;
}

/** Somebody who is in a room, as everyone there sees it. */
export const memberSchema = z.object({ user: userSchema, role: z.enum(['owner', 'member']), joinedAt: time });
export type Member = z.infer<typeof memberSchema>;
