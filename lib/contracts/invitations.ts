import { z } from 'zod';
import { LIMITS } from './limits';
import { FIELD_MESSAGES } from './values';

const { hours, uses } = LIMITS.invitation;

/** What an invitation is made of: how long its link is good, and for how many; without `maxUses` for whoever has it. */
export const invitationFields = {
  expiresInHours: z
    .int({ error: FIELD_MESSAGES.expiresInHours })
    .min(1, { error: FIELD_MESSAGES.expiresInHours })
    .max(hours.max, { error: FIELD_MESSAGES.expiresInHours })
    .default(hours.default),
  maxUses: z
    .int({ error: FIELD_MESSAGES.maxUses })
    .min(1, { error: FIELD_MESSAGES.maxUses })
    .max(uses, { error: FIELD_MESSAGES.maxUses })
    .optional(),
};

/** What `POST /invitations` takes. */
export const invitationSchema = z.strictObject(invitationFields);
export type InvitationInput = z.output<typeof invitationSchema>;
