import { z } from 'zod';
import type { BusEvent } from '../bus';
import { accountSchema, messageSchema, roomSchema, userSchema } from '../contracts/entities';

const id = z.int();
const people = z.array(userSchema);
const inRoom = { roomId: id, room: z.string() };
const sequenced = { ...inRoom, closings: id };

/** What nodes tell each other, as the bus of each has it. Fields that a later version adds are left out. */
const sharedEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('messages:created'), ...sequenced, messages: z.array(messageSchema).min(1) }),
  z.object({ type: z.literal('message:updated'), ...sequenced, message: messageSchema }),
  z.object({ type: z.literal('room:uncertain'), roomId: id }),
  z.object({ type: z.literal('room:added'), room: roomSchema, userId: id }),
  z.object({ type: z.literal('room:updated'), room: roomSchema, memberIds: z.array(id) }),
  z.object({ type: z.literal('room:deleted'), ...inRoom, memberIds: z.array(id) }),
  z.object({ type: z.literal('member:added'), ...inRoom, user: userSchema }),
  z.object({ type: z.literal('member:removed'), ...inRoom, user: userSchema }),
  // Without the connection that it was read on: numbers of connections mean something on their own node alone.
  z.object({ type: z.literal('room:read'), ...inRoom, userId: id, seq: id, unread: id }),
  z.object({ type: z.literal('user:updated'), account: accountSchema, previous: z.string() }),
  z.object({
    type: z.literal('user:deleted'),
    user: userSchema,
    rooms: z.array(z.object({ id, name: z.string() })),
    ownedRoomIds: z.array(id),
  }),
  z.object({ type: z.literal('session:revoked'), sessionId: id, userId: id }),
  z.object({ type: z.literal('typing'), roomId: id, user: userSchema, typing: z.boolean() }),
  z.object({
    type: z.literal('presence:moved'),
    rooms: z.array(z.object({ roomId: id, joined: people, left: people })),
  }),
  z.object({
    type: z.literal('presence:told'),
    rooms: z.array(z.object({ roomId: id, users: people })),
    isFirst: z.boolean(),
    isLast: z.boolean(),
  }),
  z.object({ type: z.literal('presence:asked') }),
  z.object({ type: z.literal('node:gone') }),
]);

/** An event that concerns other nodes too. */
export type SharedEvent = z.infer<typeof sharedEventSchema>;

/** Whether an event concerns other nodes too. */
export function isShared(event: BusEvent): event is SharedEvent {
  if (event.type === 'hints:lost') return false;
  // The compiler names here an event that has no schema above.
  event satisfies SharedEvent;
  return true;
}

const entrySchema = z.object({
  /** the node that wrote it */
  node: z.uuid(),
  /** 1, 2, 3 … of that node's: whoever sees one missing has missed something */
  n: z.coerce.number().int().positive(),
  /** JSON: an array of events, empty where the node only says that it is there */
  events: z.string(),
});

/** One entry of the stream. */
export interface Entry {
  node: string;
  n: number;
  events: SharedEvent[];
  /** events that this version does not know */
  unknown: number;
}

/**
 * Reads an entry as another node wrote it.
 *
 * @param fields of the entry
 * @throws ZodError, SyntaxError where it is none
 */
export function readEntry(fields: unknown): Entry {
  const { node, n, events } = entrySchema.parse(fields);
  const read = z
    .array(z.unknown())
    .parse(JSON.parse(events))
    .map((event) => sharedEventSchema.safeParse(event));
  const known = read.flatMap(({ data }) => (data ? [data] : []));
  return { node, n, events: known, unknown: read.length - known.length };
}
