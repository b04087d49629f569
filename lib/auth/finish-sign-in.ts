import { AppError } from '../contracts/errors';
import { parseInput } from '../contracts/parse-input';
import { codeSchema } from '../contracts/second-factor';
import { read } from '../queries';
import { ACCOUNT_COLUMNS } from './account-row';
import type { Client } from './begin-session';
import { SUSPENDED } from './sessions';
import { codeWanted, countAttempt, enter, forgiveAttempt, type CredentialsRow, type Entered } from './sign-in-attempt';
import { passwordMark, readChallenge } from './sign-in-challenge';

/** What somebody is told whose challenge is of no use any more. */
export const CHALLENGE_ENDED = 'The password was given too long ago. Sign in again.';

const ended = () => new AppError('unauthenticated', CHALLENGE_ENDED);

/**
 * The second step of signing in: the code alone.
 *
 * @param challenge the cookie of the first step, whatever came
 * @param input whatever came for {@link codeSchema}
 * @param client where it came from
 * @throws AppError `rate_limited`; `unprocessable` where the code is missing; `unauthenticated` with the field `code` for a wrong one,
 *   without it where the challenge has expired or the password was changed meanwhile; `forbidden` for an account that was suspended
 *   meanwhile; `unavailable`
 */
export async function finishSignIn(challenge: string, input: unknown, client: Client): Promise<Entered> {
  const claims = await readChallenge(challenge);
  if (!claims) throw ended();
  for (;;) {
    const [row] = await read<CredentialsRow>(
      `SELECT ${ACCOUNT_COLUMNS}, u.hashed_password, u.suspended_at FROM users u WHERE u.id = $1`,
      [claims.userId],
    );
    if (!row || passwordMark(row.hashed_password) !== claims.password) throw ended();
    if (row.suspended_at) throw new AppError('forbidden', SUSPENDED);
    await countAttempt(row.email, client.address);
    const { code } = parseInput(codeSchema, input);
    const entered = await enter(row, code, client);
    if (typeof entered === 'object') return entered;
    forgiveAttempt(row.email, client.address);
    // Nothing but spaces is no code.
    if (entered === 'wanted') throw codeWanted();
  }
}
