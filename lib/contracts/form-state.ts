import { z } from 'zod';

/** Request header by which the front door hands a refused form to the page that shows it again. Never taken from outside. */
export const FORM_STATE_HEADER = 'x-beseda-form';

/**
 * A refused form: what was typed (never a password) and what was wrong with it. Or one that was taken (`code` is empty) whose page
 * has something to show this once.
 */
export const formStateSchema = z.object({
  code: z.string(),
  detail: z.string(),
  values: z.record(z.string(), z.string()),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
  retryAfterMs: z.number().optional(),
  /** what the form made and nobody can look up later, by name */
  shownOnce: z.record(z.string(), z.string()).optional(),
});
export type FormState = z.infer<typeof formStateSchema>;
