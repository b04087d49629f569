import { z } from 'zod';
import { givenPasswordSchema } from './accounts';
import { FIELD_MESSAGES } from './values';

/** A code as it was typed: it is compared, so what it is made of does not matter. */
const givenCodeSchema = z.string({ error: FIELD_MESSAGES.required }).min(1, { error: FIELD_MESSAGES.required });

/** What `POST /me/second-factor` takes. */
export const secondFactorPasswordSchema = z.strictObject({ password: givenPasswordSchema });

/** What `POST /me/second-factor/confirm` takes, and the second step of signing in. */
export const codeSchema = z.strictObject({ code: givenCodeSchema });

/** What takes both factors, `DELETE /me/second-factor` and `POST /me/second-factor/recovery-codes`: either kind of code will do. */
export const bothFactorsSchema = z.strictObject({ password: givenPasswordSchema, code: givenCodeSchema });

/** The forms of the page about the second factor: each posts to that page with its name in the query. */
export const twoStepFormSchema = z.enum(['begin', 'confirm', 'codes', 'off']);
export type TwoStepForm = z.infer<typeof twoStepFormSchema>;

/** An account's second factor as its owner sees it. */
export interface SecondFactorState {
  enabled: boolean;
  recoveryCodesLeft: number;
}

/** What an authenticator application is given: as text, and as the address that its camera reads. */
export interface SecondFactorSetup {
  secret: string;
  uri: string;
}

/** As much as a QR code holds; ours have about 200 characters. */
const SETUP_URI = /^otpauth:\/\/totp\/[!-~]{1,1900}$/;

/**
 * What an application is given, from the address alone: a page that shows it again gets it from the form.
 *
 * @returns null for what is no such address
 */
export function setupOf(uri: string | undefined): SecondFactorSetup | null {
  if (uri === undefined || !SETUP_URI.test(uri) || !URL.canParse(uri)) return null;
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  return /^[A-Z2-7]{32}$/.test(secret) ? { secret, uri } : null;
}
