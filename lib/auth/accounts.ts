import type { ClientBase } from 'pg';
import type { z } from 'zod';
import { registerSchema } from '../contracts/accounts';
import type { Account, Room } from '../contracts/entities';
import { env } from '../env';
import { limit, refund } from '../limits';
import { ACCOUNT_COLUMNS, presentAccount, type AccountRow } from './account-row';
import { beginSession, type Client, type SignedIn } from './begin-session';
import { query, transaction } from '../queries';
import { usernameSkeleton } from './names';
import { parseInput } from '../contracts/parse-input';
import { hashPassword } from './passwords';
import { admit, checkRegistration, invitedRoomId } from './registration';
import { asConflict, checkTaken } from './taken';

/** A connection in a transaction. */
type Transaction = Pick<ClientBase, 'query'>;

/**
 * Makes whoever just got an account a member of a room, in the very transaction that `work` makes the account in. Rooms are beyond
 * this folder, so who composes the two hands it in.
 */
export type JoinAsNewcomer = (
  roomId: number,
  work: (client: Transaction) => Promise<SignedIn>,
) => Promise<{ result: SignedIn; room: Room }>;

/** Any number that nothing else in this database locks: two first registrations must not both find an empty table. */
const FIRST_ACCOUNT_LOCK = 7_205_759_403;

/** Whom a provider knows as the owner of an account (OpenID Connect Core 1.0, 2: only `iss` and `sub` together are somebody). */
export interface Identity {
  issuer: string;
  subject: string;
}

/** An account that is to be made; all of it was checked. */
interface NewAccount extends Omit<z.output<typeof registerSchema>, 'password'> {
  hash: string;
  /** who signs in to it through a provider */
  identity?: Identity;
}

async function insertAccount(client: Transaction, input: NewAccount, skeleton: string): Promise<Account> {
  const { adminEmail } = env();
  await client.query('SELECT pg_advisory_xact_lock($1)', [FIRST_ACCOUNT_LOCK]);
  await admit(client, input);
  const { rows } = await client.query<AccountRow>(
    `INSERT INTO users AS u (email, username, username_skeleton, hashed_password, role)
     VALUES ($1, $2, $3, $4, (CASE
       WHEN $5::text = $1 OR ($5::text IS NULL AND NOT EXISTS (SELECT FROM users)) THEN 'administrator'
       ELSE 'user' END)::user_role)
     RETURNING ${ACCOUNT_COLUMNS}`,
    [input.email, input.username, skeleton, input.hash, adminEmail ?? null],
  );
  const [row] = rows;
  if (!row) throw new Error('The account was not written');
  if (input.identity) {
    const { issuer, subject } = input.identity;
    await client.query('INSERT INTO identities (issuer, subject, user_id) VALUES ($1, $2, $3)', [
      issuer,
      subject,
      row.id,
    ]);
  }
  return presentAccount(row);
}

/**
 * Makes an account and signs it in: the one way to do so. The first account becomes the administrator, or the one with `ADMIN_EMAIL`.
 *
 * @param roomId the room that their invitation leads to, which they become a member of
 * @returns the session, and the room that they are in now
 * @throws AppError `forbidden` where `REGISTRATION` does not allow it; `unprocessable` for an invitation that is not good any more;
 *   `conflict` with the fields that are taken; `unavailable`
 */
export async function createAccount(
  input: NewAccount,
  roomId: number | null,
  client: Client,
  joinAsNewcomer: JoinAsNewcomer,
): Promise<{ signedIn: SignedIn; room: Room | null }> {
  const skeleton = usernameSkeleton(input.username);
  const work = async (connection: Transaction) => {
    const account = await insertAccount(connection, input, skeleton);
    return beginSession(connection, account, client.userAgent);
  };
  try {
    if (roomId === null) return { signedIn: await transaction(work), room: null };
    const { result, room } = await joinAsNewcomer(roomId, work);
    return { signedIn: result, room };
  } catch (error) {
    throw asConflict(error);
  }
}

/**
 * Makes an account with a password, and signs it in.
 *
 * @param input whatever came for {@link registerSchema}
 * @param client where it came from
 * @param joinAsNewcomer lets them into the room that their invitation leads to
 * @returns the session, and the room that they are in now
 * @throws AppError `rate_limited`; `forbidden` where `REGISTRATION` does not allow it; `unprocessable` with the fields that are
 *   wrong; `conflict` with the fields that are taken; `unavailable`
 */
export async function register(
  input: unknown,
  client: Client,
  joinAsNewcomer: JoinAsNewcomer,
): Promise<{ signedIn: SignedIn; room: Room | null }> {
  await limit('registerAddress', client.address);
  await checkRegistration(input);
  let parsed;
  try {
    parsed = parseInput(registerSchema, input);
  } catch (error) {
    // A mistake in a form tells nothing about anybody: it does not count.
    refund('registerAddress', client.address);
    throw error;
  }
  const { password, ...fields } = parsed;
  // Before the hashing, which takes a quarter of a second that strangers need not have.
  const roomId = await invitedRoomId(fields.invitation);
  await checkTaken({ email: fields.email, skeleton: usernameSkeleton(fields.username) });
  return createAccount({ ...fields, hash: await hashPassword(password) }, roomId, client, joinAsNewcomer);
}

/**
 * Makes the account with `ADMIN_EMAIL` the administrator, where it was registered before the variable was set.
 *
 * @throws AppError `unavailable`
 */
export async function ensureAdministrator(): Promise<void> {
  const { adminEmail } = env();
  if (adminEmail === undefined) return;
  await query(`UPDATE users SET role = 'administrator' WHERE email = $1 AND role <> 'administrator'`, [adminEmail]);
}

export type { Client, SignedIn } from './begin-session';
export { beginSignIn, signIn } from './sign-in';
export { finishSignIn } from './finish-sign-in';
