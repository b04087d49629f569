import { z } from 'zod';
import { invitationFields } from './invitations';
import {
  bodySchema,
  countSchema,
  FIELD_MESSAGES,
  pageLimitSchema,
  querySchema,
  roomAddressSchema,
  roomNameSchema,
  searchLimitSchema,
  topicSchema,
  usernameSchema,
  uuidSchema,
  visibilitySchema,
} from './values';

const room = { room: roomAddressSchema };

/** At most one place in the history may be named. */
function oneCursor(input: object): boolean {
  return (
    ['before', 'after', 'around', 'since'].filter((key) => (input as Record<string, unknown>)[key] !== undefined)
      .length <= 1
  );
}

/** What each command takes. Strict: an unknown field is an error, so that nothing is assigned by accident. */
export const COMMAND_SCHEMAS = {
  'room:create': z.strictObject({
    name: roomNameSchema,
    topic: topicSchema.optional(),
    visibility: visibilitySchema.optional(),
  }),
  'room:list': z.strictObject({}),
  'room:get': z.strictObject(room),
  'room:update': z.strictObject({
    ...room,
    name: roomNameSchema.optional(),
    topic: topicSchema.optional(),
    visibility: visibilitySchema.optional(),
    owner: usernameSchema.optional(),
  }),
  'room:delete': z.strictObject(room),
  'room:search': z.strictObject({
    q: querySchema.default(''),
    cursor: z.string().optional(),
    limit: searchLimitSchema.optional(),
  }),
  'room:join': z
    .strictObject({ ...room, after: countSchema.optional(), since: countSchema.optional() })
    .refine(oneCursor, { error: FIELD_MESSAGES.oneCursor, path: ['since'] }),
  'room:read': z.strictObject({ ...room, seq: countSchema }),
  'member:list': z.strictObject(room),
  'member:add': z.strictObject({ ...room, username: usernameSchema }),
  'member:remove': z.strictObject({ ...room, username: usernameSchema }),
  'invitation:create': z.strictObject({ ...room, ...invitationFields }),
  'invitation:list': z.strictObject(room),
  'invitation:revoke': z.strictObject({ ...room, id: countSchema }),
  'message:send': z.strictObject({ ...room, body: bodySchema, clientMessageId: uuidSchema.nullish() }),
  'message:edit': z.strictObject({ ...room, seq: countSchema, body: bodySchema }),
  'message:delete': z.strictObject({ ...room, seq: countSchema }),
  'message:list': z
    .strictObject({
      ...room,
      before: countSchema.optional(),
      after: countSchema.optional(),
      around: countSchema.optional(),
      since: countSchema.optional(),
      limit: pageLimitSchema.optional(),
    })
    .refine(oneCursor, { error: FIELD_MESSAGES.oneCursor, path: ['since'] }),
} as const;

export type CommandName = keyof typeof COMMAND_SCHEMAS;
/** A command's input as a client writes it. */
export type CommandInput<N extends CommandName> = z.input<(typeof COMMAND_SCHEMAS)[N]>;
/** A command's input once parsed. */
export type CommandArgs<N extends CommandName> = z.output<(typeof COMMAND_SCHEMAS)[N]>;

/** What evaporates: not stored, so not a command of the domain, but behind the same access gate. */
export const TYPING_SCHEMA = z.strictObject({ ...room, typing: z.boolean() });
export const LEAVE_SCHEMA = z.strictObject(room);
