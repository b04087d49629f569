import { z } from 'zod';
import { memberSchema, membershipSchema, messageSchema, roomSchema } from '@/lib/contracts/entities';

/** An error as any transport carries it. `status` is HTTP's. */
export const wireErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  retryAfterMs: z.number().optional(),
});

/** Problem details of RFC 9457 as the contract has them. */
export const problemSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});

/** Every field that a command of the contract answers with; what it is not made of is left as it came. */
export const answerSchema = z.looseObject({
  ok: z.boolean(),
  room: roomSchema.strict().optional(),
  membership: membershipSchema.strict().nullish(),
  member: memberSchema.strict().optional(),
  members: z.array(memberSchema.strict()).optional(),
  message: messageSchema.strict().optional(),
  messages: z.array(messageSchema.strict()).optional(),
  hasMore: z.boolean().optional(),
  hasMoreAfter: z.boolean().optional(),
  unread: z.int().optional(),
  error: wireErrorSchema.optional(),
});
export type Answer = z.infer<typeof answerSchema>;
