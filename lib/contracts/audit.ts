import { z } from 'zod';

/** What the audit log tells of: what administrators and owners do to others, or to what belongs to others too. */
export const AUDIT_ACTIONS = [
  'room:renamed',
  'room:topic-changed',
  'room:visibility-changed',
  'room:handed-over',
  'room:deleted',
  'member:added',
  'member:removed',
  'message:deleted',
  'invitation:created',
  'invitation:revoked',
  'user:suspended',
  'user:reinstated',
  'user:role-changed',
  'user:reset-issued',
  'user:second-factor-removed',
] as const;

export const auditActionSchema = z.enum(AUDIT_ACTIONS);
export type AuditAction = z.infer<typeof auditActionSchema>;
