import { AppError, type ErrorCode } from '../contracts/errors';
import { FIELD_MESSAGES } from '../contracts/values';
import { REGISTRATION_WORDS } from './registration';
import { SUSPENDED } from './sessions';

/**
 * Why a sign-in at the provider comes to nothing. Programs are told the sentence; people read it on the page that they are sent to,
 * which knows it by its key (`messages/*.json`, `openId`).
 */
const REFUSALS = {
  unreachable: ['unavailable', 'The sign-in service does not answer. Try again in a moment.'],
  cancelled: ['forbidden', 'The sign-in service did not let you in.'],
  failed: ['bad_request', 'This sign-in cannot be finished here: begin again.'],
  noEmail: ['forbidden', 'The sign-in service did not say your e-mail address.'],
  unverified: ['forbidden', 'The sign-in service has not verified your e-mail address.'],
  notLinked: [
    'conflict',
    'An account with this e-mail address exists already. Sign in with your password, then connect it on your account page.',
  ],
  suspended: ['forbidden', SUSPENDED],
  closed: ['forbidden', REGISTRATION_WORDS.closed],
  invited: ['forbidden', REGISTRATION_WORDS.invited],
  invitation: ['unprocessable', FIELD_MESSAGES.invitation],
  otherAccount: ['conflict', 'This sign-in is connected to another account here.'],
  connected: ['conflict', 'Your account is connected already. Disconnect it first.'],
  tooMany: ['rate_limited', 'Too many attempts. Try again in a moment.'],
  broken: ['unavailable', 'Something does not work here at the moment: try again shortly.'],
} as const satisfies Record<string, readonly [ErrorCode, string]>;

export type OpenIdRefusal = keyof typeof REFUSALS;

function isRefusal(key: string): key is OpenIdRefusal {
  return Object.hasOwn(REFUSALS, key);
}

/** The error that says so. */
export function refusal(key: OpenIdRefusal): AppError {
  const [code, message] = REFUSALS[key];
  return new AppError(code, message);
}

/** The key of an error that ended a sign-in at the provider. */
export function refusalOf({ code, message }: AppError): OpenIdRefusal {
  const found = Object.entries(REFUSALS).find(([, [, words]]) => words === message)?.[0];
  if (found !== undefined && isRefusal(found)) return found;
  return code === 'rate_limited' ? 'tooMany' : code === 'unavailable' ? 'broken' : 'failed';
}

/**
 * What a page was told in its address (`refused`).
 *
 * @returns its key and the code that the page is answered with; null for what is none
 */
export function readRefusal(value: unknown): { key: OpenIdRefusal; code: ErrorCode } | null {
  return typeof value === 'string' && isRefusal(value) ? { key: value, code: REFUSALS[value][0] } : null;
}
