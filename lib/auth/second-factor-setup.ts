import type { Locale } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { parseInput } from '../contracts/parse-input';
import { codeSchema, secondFactorPasswordSchema, type SecondFactorSetup } from '../contracts/second-factor';
import { limit, refund } from '../limits';
import { transaction } from '../queries';
import { holdAccount, wrongCode } from './own-password';
import { replaceRecoveryCodes } from './recovery-codes';
import { proven } from './second-factor';
import { newTotpSecret, stepOfCode, totpUri } from './totp';
import { normaliseCode } from './typed-code';
import { tellOwner } from './tell-owner';

type Input = Readonly<Record<string, unknown>>;

/** Minutes between being shown a secret and the first code of it: time to find an application and install it. */
const SETUP_MINUTES = 30;

/**
 * Makes a secret for the actor to give to an application. It guards nothing until a code of it was seen; an earlier one that was
 * not confirmed is void.
 *
 * @param input whatever came for {@link secondFactorPasswordSchema}
 * @param host of the service, for the application's list
 * @throws AppError `rate_limited`; `forbidden` for a wrong password; `unprocessable`; `conflict` where there is a second factor;
 *   `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export function beginSecondFactor(actor: Actor, input: Input, host: string): Promise<SecondFactorSetup> {
  const secret = newTotpSecret();
  return proven(actor, input, secondFactorPasswordSchema, async (client) => {
    const written = await client.query(
      `INSERT INTO second_factors AS f (user_id, secret) VALUES ($1, $2)
       ON CONFLICT (user_id) DO UPDATE SET secret = $2, created_at = now() WHERE f.confirmed_at IS NULL`,
      [actor.id, secret],
    );
    if (written.rowCount === 0) throw new AppError('conflict', 'Two-step sign-in is switched on already.');
    return { secret, uri: totpUri(secret, host, actor.email) };
  });
}

/**
 * Switches the second factor on: a code shows that the application has the secret. The owner is told by letter.
 *
 * @param input whatever came for {@link codeSchema}
 * @param asked the language of the request
 * @returns the recovery codes, which are shown this once
 * @throws AppError `rate_limited`; `unprocessable`; `forbidden` with the field for a wrong code; `conflict` where nothing was begun
 *   within the last half hour; `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function confirmSecondFactor(actor: Actor, input: Input, asked: Locale): Promise<string[]> {
  await limit('command', actor.id);
  const code = normaliseCode(parseInput(codeSchema, input).code);
  const { held, codes } = await transaction(async (client) => {
    const held = await holdAccount(client, actor, null);
    const { rows } = await client.query<{ secret: string }>(
      `SELECT secret FROM second_factors
        WHERE user_id = $1 AND confirmed_at IS NULL AND created_at > now() - make_interval(mins => $2)`,
      [actor.id, SETUP_MINUTES],
    );
    const [begun] = rows;
    if (!begun) throw new AppError('conflict', 'There is nothing to confirm. Begin again.');
    await limit('ownPassword', actor.id);
    const step = stepOfCode(begun.secret, code, Date.now());
    if (step === null) throw wrongCode();
    await client.query('UPDATE second_factors SET confirmed_at = now(), last_step = $2 WHERE user_id = $1', [
      actor.id,
      step,
    ]);
    return { held, codes: await replaceRecoveryCodes(client, actor.id) };
  });
  refund('ownPassword', actor.id);
  tellOwner(held, 'twoStepOn', asked);
  return codes;
}
