import { z } from 'zod';
import { emailSchema, FIELD_MESSAGES, passwordSchema, usernameSchema } from './values';

/** What `POST /register` takes. */
export const registerSchema = z.strictObject({
  email: emailSchema,
  username: usernameSchema,
  password: passwordSchema,
  /** the token of an invitation */
  invitation: z.string({ error: FIELD_MESSAGES.invitation }).optional(),
});

/** What `POST /login` takes as JSON. Nothing but presence is checked: a wrong address is a wrong password, and is told alike. */
export const loginSchema = z.strictObject({
  email: z.string({ error: FIELD_MESSAGES.required }).min(1, { error: FIELD_MESSAGES.required }),
  password: z.string({ error: FIELD_MESSAGES.required }).min(1, { error: FIELD_MESSAGES.required }),
});

export const localeSchema = z.enum(['en', 'ru']);
export type Locale = z.infer<typeof localeSchema>;

export const themeSchema = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof themeSchema>;
