import type { Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { env } from '../env';
import { limit } from '../limits';
import { read, transaction } from '../queries';
import { ACCOUNT_COLUMNS, presentAccount, type AccountRow } from './account-row';
import { createAccount, type Identity, type JoinAsNewcomer } from './accounts';
import { beginSession, type Client, type SignedIn } from './begin-session';
import { freeUsername, type Claims } from './openid-claims';
import { refusal } from './openid-refusals';
import { NO_PASSWORD } from './passwords';
import { checkRegistration, invitedRoomId } from './registration';

/** Times that an account is tried to be made: whoever else is just being made may take the name, or be the same person. */
const ATTEMPTS = 3;

/** Begins a session of the account that an identity is connected to; null where there is none. */
function beginKnown({ issuer, subject }: Identity, userAgent: string): Promise<SignedIn | null> {
  return transaction(async (connection) => {
    // The account before the identity, as disconnecting and deleting take them: otherwise the two could wait for each other.
    const { rows } = await connection.query<AccountRow>(
      `SELECT ${ACCOUNT_COLUMNS} FROM users u
        WHERE u.id = (SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2) FOR SHARE`,
      [issuer, subject],
    );
    const [row] = rows;
    if (!row) return null;
    // A statement of its own: one that waited for the row above would still see the identities as they were before.
    const { rowCount } = await connection.query(
      'SELECT FROM identities WHERE issuer = $1 AND subject = $2 AND user_id = $3',
      [issuer, subject, row.id],
    );
    return rowCount === 0 ? null : beginSession(connection, presentAccount(row), userAgent);
  });
}

/**
 * Refuses what makes no account: an address that is not known or not theirs, or that another account has. Such an account is not
 * connected by itself: nobody ever proved that its address is its owner's, so it may have been made to lie in wait for them.
 */
async function checkEmail({ email, email_verified: verified }: Claims, identity: Identity): Promise<string> {
  if (email === undefined) throw refusal('noEmail');
  // The administrator's address has to be proved, the others only not be denied: not every provider says.
  if (verified === false || (email === env().adminEmail && !verified)) throw refusal('unverified');
  // Theirs since a moment ago, by another of their browsers: making it again conflicts, and the next look finds it.
  const taken = await read(
    `SELECT FROM users u WHERE u.email = $1 AND NOT EXISTS
       (SELECT FROM identities i WHERE i.user_id = u.id AND i.issuer = $2 AND i.subject = $3)`,
    [email, identity.issuer, identity.subject],
  );
  if (taken.length > 0) throw refusal('notLinked');
  return email;
}

function isConflict(error: unknown): boolean {
  return error instanceof AppError && error.code === 'conflict';
}

/**
 * Signs in whom the provider has vouched for: by the account that is connected, else by a new one.
 *
 * @param identity who it is
 * @param claims what the provider says of them
 * @param invitation the token of the link that they came by
 * @returns the session; the room that a newcomer is in now; whether the account is new
 * @throws AppError of `openid-refusals`, for whoever cannot be signed in; `rate_limited`, `unavailable`
 */
export async function signInByIdentity(
  identity: Identity,
  claims: Claims,
  invitation: string | undefined,
  client: Client,
  joinAsNewcomer: JoinAsNewcomer,
): Promise<{ signedIn: SignedIn; room: Room | null; isNew: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const known = await beginKnown(identity, client.userAgent);
    if (known) return { signedIn: known, room: null, isNew: false };
    if (attempt === 1) await limit('registerAddress', client.address);
    const email = await checkEmail(claims, identity);
    await checkRegistration({ email, invitation });
    const roomId = await invitedRoomId(invitation);
    const input = { email, username: await freeUsername(claims), hash: NO_PASSWORD, identity, invitation };
    try {
      return { ...(await createAccount(input, roomId, client, joinAsNewcomer)), isNew: true };
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
