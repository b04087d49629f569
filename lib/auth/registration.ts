import type { PoolClient } from 'pg';
import { z } from 'zod';
import { AppError } from '../contracts/errors';
import { emailSchema, FIELD_MESSAGES } from '../contracts/values';
import { env, type Registration } from '../env';
import { findInvitation, spendInvitation } from '../invitations';
import { read } from '../queries';

/** Runs a statement: by itself, or within a transaction. */
type Ask = (sql: string, params: unknown[]) => Promise<{ free: boolean }[]>;

/** What somebody is told who may not make an account. */
export const REGISTRATION_WORDS = {
  closed: 'Registration is closed here. Ask an administrator for an account.',
  invited: 'Registration is by invitation here. Ask somebody who is a member for one.',
} as const;

/** Whether an account may be made whatever the setting: the very first, and the one with `ADMIN_EMAIL`. Else nobody could begin. */
async function isExempt(ask: Ask, email: unknown): Promise<boolean> {
  const { adminEmail = null } = env();
  const address = emailSchema.safeParse(email);
  const [row] = await ask(
    `SELECT NOT EXISTS (SELECT FROM users)
         OR ($1::text = $2::text AND NOT EXISTS (SELECT FROM users WHERE email = $2::text)) AS free`,
    [address.success ? address.data : null, adminEmail],
  );
  return row?.free === true;
}

/** What a registration is judged by before it is parsed: neither field need be what it should. */
const claimsSchema = z.looseObject({ email: z.unknown().optional(), invitation: z.unknown().optional() });

/**
 * Judges by `REGISTRATION` whether an account may be made, before anything else is looked at.
 *
 * @param input whatever came for a registration
 * @throws AppError `forbidden`, in words for who asks; `unavailable`
 */
export async function checkRegistration(input: unknown): Promise<void> {
  const { registration } = env();
  if (registration === 'open') return;
  const claims = claimsSchema.safeParse(input).data;
  if (registration === 'invited' && claims?.invitation !== undefined) return;
  if (!(await isExempt(read, claims?.email))) throw new AppError('forbidden', REGISTRATION_WORDS[registration]);
}

function badInvitation(): AppError {
  const message = FIELD_MESSAGES.invitation;
  return new AppError('unprocessable', message, { errors: [{ path: 'invitation', message }] });
}

/**
 * The room that the invitation of a registration leads to, before what is costly is begun.
 *
 * @returns null without an invitation, and for one to the service alone
 * @throws AppError `unprocessable` for one that is not good (any more); `unavailable`
 */
export async function invitedRoomId(invitation: string | undefined): Promise<number | null> {
  if (invitation === undefined) return null;
  const found = await findInvitation(invitation);
  if (!found) throw badInvitation();
  return found.roomId;
}

/**
 * Judges once more within the transaction that makes the account, while no other is being made: of two that were each to be the
 * first, or the last for whom an invitation was made, the second is not. Uses the invitation up, also where none is needed.
 *
 * @throws AppError `forbidden`; `unprocessable` for an invitation that is not valid
 */
export async function admit(
  client: Pick<PoolClient, 'query'>,
  { email, invitation }: { email: string; invitation?: string | undefined },
): Promise<void> {
  const { registration } = env();
  if (invitation !== undefined && !(await spendInvitation(client, invitation))) throw badInvitation();
  if (registration === 'open' || (registration === 'invited' && invitation !== undefined)) return;
  const ask: Ask = async (sql, params) => (await client.query<{ free: boolean }>(sql, params)).rows;
  if (!(await isExempt(ask, email))) throw new AppError('forbidden', REGISTRATION_WORDS[registration]);
}

/** Who may make an account, by the setting alone. */
export function registrationSetting(): Registration {
  return env().registration;
}

/**
 * What the page of registration offers: 'open' also where the first account, or the administrator's, is still to be made.
 *
 * @param refused whether somebody has just been refused, hence is none of these
 * @throws AppError `unavailable`
 */
export async function registrationNow(refused = false): Promise<Registration> {
  const { registration, adminEmail } = env();
  return refused || registration === 'open' || !(await isExempt(read, adminEmail)) ? registration : 'open';
}
