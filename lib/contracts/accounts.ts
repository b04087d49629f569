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

/** A password that is given to prove oneself: it is compared, so what it is made of does not matter. */
export const givenPasswordSchema = z
  .string({ error: FIELD_MESSAGES.required })
  .min(1, { error: FIELD_MESSAGES.required });

/** What `POST /login` takes as JSON. Nothing but presence is checked: a wrong address is a wrong password, and is told alike. */
export const loginSchema = z.strictObject({
  email: z.string({ error: FIELD_MESSAGES.required }).min(1, { error: FIELD_MESSAGES.required }),
  password: givenPasswordSchema,
  /** of the account's second factor, where it has one: an application's, or a recovery code */
  code: z.string({ error: FIELD_MESSAGES.required }).optional(),
});

/** What `POST /forgot` takes. */
export const forgotSchema = z.strictObject({ email: emailSchema });

export const localeSchema = z.enum(['en', 'ru']);
export type Locale = z.infer<typeof localeSchema>;

/** What `PATCH /me` takes: what is not named stays. Another address is another key to the account, so it takes the password. */
export const accountChangesSchema = z
  .strictObject({
    username: usernameSchema.optional(),
    email: emailSchema.optional(),
    password: givenPasswordSchema.optional(),
    locale: localeSchema.optional(),
  })
  .refine(({ email, password }) => email === undefined || password !== undefined, {
    path: ['password'],
    error: FIELD_MESSAGES.required,
  });

/** The form of the account's page that changes the username. */
export const usernameFormSchema = z.strictObject({ username: usernameSchema });

/** The form that changes the address. */
export const emailFormSchema = z.strictObject({ email: emailSchema, password: givenPasswordSchema });

/** What the forms of the account's page take of somebody who has no password. */
export const bareEmailFormSchema = z.strictObject({ email: emailSchema });
export const firstPasswordFormSchema = z.strictObject({ newPassword: passwordSchema });

/** The form that connects the provider: another key to the account, so it takes what signing in takes. */
export const connectFormSchema = z.strictObject({ password: givenPasswordSchema, code: loginSchema.shape.code });

/** What `POST /me/password` takes. */
export const passwordChangeSchema = z.strictObject({
  currentPassword: givenPasswordSchema,
  newPassword: passwordSchema,
});

/** What `DELETE /me` takes. */
export const accountDeletionSchema = z.strictObject({ password: givenPasswordSchema });

/** The forms of the account's page: each posts to that page with its name in the query. */
export const accountFormSchema = z.enum(['username', 'email', 'password', 'sessions', 'connect', 'disconnect']);
export type AccountForm = z.infer<typeof accountFormSchema>;

/** A session as its owner sees it. */
export interface OwnSession {
  id: number;
  createdAt: string;
  lastSeenAt: string;
  userAgent: string;
  /** whether it is the one that asks */
  current: boolean;
}

export const themeSchema = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof themeSchema>;
