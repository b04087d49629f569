import { z } from 'zod';
import { auditActionSchema } from './audit';
import { roomSchema, userSchema } from './entities';
import { FIELD_MESSAGES, passwordSchema, querySchema, searchLimitSchema } from './values';

const page = { cursor: z.string().optional(), limit: searchLimitSchema.optional() };

/** What the lists of all accounts and all rooms are asked with. */
export const listSchema = z.strictObject({ q: querySchema.default(''), ...page });
export type ListInput = z.output<typeof listSchema>;

/** What the audit log is asked with. */
export const auditPageSchema = z.strictObject(page);

/** What an administrator may change of an account. */
export const userChangeSchema = z.strictObject({
  role: z.enum(['user', 'administrator'], { error: FIELD_MESSAGES.role }).optional(),
  suspended: z.boolean({ error: FIELD_MESSAGES.boolean }).optional(),
});
export type UserChange = z.output<typeof userChangeSchema>;

/** What `POST /reset` takes. */
export const resetSchema = z.strictObject({
  token: z.string({ error: FIELD_MESSAGES.required }).min(1, { error: FIELD_MESSAGES.required }),
  password: passwordSchema,
});

/** An account as administrators see it. */
export const managedUserSchema = userSchema.extend({
  email: z.string(),
  role: z.enum(['user', 'administrator']),
  suspendedAt: z.string().nullable(),
  createdAt: z.string(),
  /** whether signing in takes a code besides the password */
  secondFactor: z.boolean(),
});
export type ManagedUser = z.infer<typeof managedUserSchema>;

/** A room as administrators see it, who need not be its members. */
export const managedRoomSchema = roomSchema.extend({ memberCount: z.int(), lastActivityAt: z.string() });
export type ManagedRoom = z.infer<typeof managedRoomSchema>;

/** One entry of the audit log. Names are those of that moment. */
export const auditEntrySchema = z.object({
  id: z.int(),
  at: z.string(),
  actor: userSchema,
  action: auditActionSchema,
  room: z.object({ id: z.int(), name: z.string() }).nullable(),
  user: userSchema.nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
