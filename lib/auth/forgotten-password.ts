import { forgotSchema, type Locale } from '../contracts/accounts';
import { AppError } from '../contracts/errors';
import { parseInput } from '../contracts/parse-input';
import { env } from '../env';
import { receiverOf, resetLetter } from '../letters';
import { isWithin, limit } from '../limits';
import { sendLetter, type Letter } from '../mail';
import { read, transaction } from '../queries';
import { replaceReset } from './password-resets';

/**
 * Milliseconds within which the work begins, at random: begun at once it would slow down the asker's next request, which would tell
 * them as well (`npm run bench -- forgot-timing`).
 */
const SPREAD_MS = 1_000;

let waiting: (() => void)[] = [];

/** Begins what was asked for at one such moment in the order in which it was. */
function later(begin: () => void): void {
  if (waiting.push(begin) > 1) return;
  setTimeout(() => {
    const all = waiting;
    waiting = [];
    for (const each of all) each();
  }, Math.random() * SPREAD_MS);
}

/** Whether the service has a mail server to hand letters to. */
export function sendsLetters(): boolean {
  return env().mail !== undefined;
}

async function write(email: string, asked: Locale): Promise<Letter | null> {
  const [user] = await read<{ id: number; email: string; locale: string | null }>(
    'SELECT id, email, locale FROM users WHERE email = $1 AND suspended_at IS NULL',
    [email],
  );
  // Before anything is made: a letter that is not sent must not void the link of the one before.
  if (!user || !(await isWithin('resetLetter', user.id))) return null;
  const issued = await transaction(async (client) => {
    // The account may have got another address at this moment, and the former one must not open it.
    const held = await client.query(
      'SELECT id FROM users WHERE id = $1 AND email = $2 AND suspended_at IS NULL FOR UPDATE',
      [user.id, user.email],
    );
    return held.rows.length === 0 ? null : replaceReset(client, user.id, 'letter');
  });
  return issued && resetLetter(receiverOf(user, asked), issued.token);
}

/**
 * Has a letter sent with a link that sets a new password, where the address is somebody's. Nothing that depends on that is done
 * before the answer: who asks cannot learn it, not by the time that it takes either.
 *
 * @param input whatever came for {@link forgotSchema}
 * @param address where it came from
 * @param asked the language of the request
 * @returns what is to be called once the answer is out
 * @throws AppError `rate_limited`; `forbidden` where no letters are sent; `unprocessable` for what is no address
 */
export async function forgotPassword(input: unknown, address: string, asked: Locale): Promise<() => void> {
  await limit('forgotAddress', address);
  if (!sendsLetters())
    throw new AppError('forbidden', 'This service sends no letters. Ask an administrator for a link.');
  const { email } = parseInput(forgotSchema, input);
  return () => later(() => sendLetter(() => write(email, asked)));
}
