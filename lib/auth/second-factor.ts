import type { PoolClient } from 'pg';
import type { z } from 'zod';
import { connectFormSchema, type Locale } from '../contracts/accounts';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { parseInput } from '../contracts/parse-input';
import { bothFactorsSchema, codeSchema, type SecondFactorState } from '../contracts/second-factor';
import { limit, refund } from '../limits';
import { read, transaction } from '../queries';
import type { AccountRow } from './account-row';
import { confirmPassword, holdAccount, withPassword, wrongCode } from './own-password';
import { replaceRecoveryCodes } from './recovery-codes';
import { confirmedSecret, takeCode } from './take-code';
import { normaliseCode } from './typed-code';
import { tellOwner } from './tell-owner';

type Input = Readonly<Record<string, unknown>>;

const FIELD = 'password';
const off = () => new AppError('conflict', 'Two-step sign-in is not switched on.');

/**
 * Changes something of the actor's second factor, after their password was compared and while their account is held.
 *
 * @param input whatever came for `schema`, the password in its field `password`
 * @throws AppError `rate_limited`; `forbidden` for a wrong password; `unprocessable`; `unauthenticated` where the session ended
 *   meanwhile; `unavailable`; whatever `work` throws
 */
export async function proven<Schema extends z.ZodType, T>(
  actor: Actor,
  input: Input,
  schema: Schema,
  work: (client: PoolClient, parsed: z.output<Schema>, held: AccountRow) => Promise<T>,
): Promise<T> {
  await limit('command', actor.id);
  const hash = await confirmPassword(actor, input, FIELD);
  const parsed = parseInput(schema, withPassword(input, FIELD, hash));
  return transaction(async (client) => {
    const held = await holdAccount(client, actor, hash === null ? null : { hash, field: FIELD });
    return work(client, parsed, held);
  });
}

/**
 * Whether the actor's account has a second factor.
 *
 * @throws AppError `rate_limited`, `unavailable`
 */
export async function secondFactorOf(actor: Actor): Promise<SecondFactorState> {
  await limit('command', actor.id);
  const [row] = await read<{ enabled: boolean; left: number }>(
    `SELECT EXISTS (SELECT FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL) AS enabled,
            (SELECT count(*)::int FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL) AS left`,
    [actor.id],
  );
  return { enabled: row?.enabled ?? false, recoveryCodesLeft: row?.left ?? 0 };
}

/** Takes a code of the actor's, which is counted; whoever calls gives that back once it is committed. */
async function proveCode(client: PoolClient, actor: Actor, secret: string, code: string): Promise<void> {
  await limit('ownPassword', actor.id);
  if ((await takeCode(client, actor.id, secret, normaliseCode(code))) === null) throw wrongCode();
}

/**
 * As {@link proven}, but with both factors: whoever found an open browser and knows the password must not get past the second one,
 * neither by switching it off nor by codes of their own.
 *
 * @param input whatever came for {@link bothFactorsSchema}
 * @throws AppError as {@link proven}; `forbidden` with the field for a wrong code; `conflict` where there is no second factor
 */
async function provenTwice<T>(
  actor: Actor,
  input: Input,
  work: (client: PoolClient, held: AccountRow) => Promise<T>,
): Promise<T> {
  const done = await proven(actor, input, bothFactorsSchema, async (client, { code }, held) => {
    const secret = await confirmedSecret(client, actor.id);
    if (secret === null) throw off();
    await proveCode(client, actor, secret, code);
    return work(client, held);
  });
  refund('ownPassword', actor.id);
  return done;
}

/**
 * Has the actor prove themselves by what signing in takes: the password, and a code where there is a second factor.
 *
 * @param input whatever came for {@link connectFormSchema}
 * @throws AppError as {@link proven}; `forbidden` with the field for a wrong code
 */
export async function proveAsAtSignIn(actor: Actor, input: Input): Promise<void> {
  const hasFactor = await proven(actor, input, connectFormSchema, async (client, given) => {
    const secret = await confirmedSecret(client, actor.id);
    if (secret === null) return false;
    const { code } = parseInput(codeSchema, { code: given.code });
    await proveCode(client, actor, secret, code);
    return true;
  });
  if (hasFactor) refund('ownPassword', actor.id);
}

/**
 * Makes new recovery codes; the old ones are void.
 *
 * @param input whatever came for {@link bothFactorsSchema}
 * @returns the codes, which are shown this once
 * @throws AppError `rate_limited`; `forbidden` with the field for a wrong password or code; `unprocessable`; `conflict` where there
 *   is no second factor; `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export function renewRecoveryCodes(actor: Actor, input: Input): Promise<string[]> {
  return provenTwice(actor, input, (client) => replaceRecoveryCodes(client, actor.id));
}

/** Takes an account's second factor away, with its recovery codes. The caller's transaction holds the account. */
export async function removeSecondFactorOf(client: Pick<PoolClient, 'query'>, userId: number): Promise<boolean> {
  await client.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  const { rows } = await client.query<{ confirmed: boolean }>(
    'DELETE FROM second_factors WHERE user_id = $1 RETURNING confirmed_at IS NOT NULL AS confirmed',
    [userId],
  );
  return rows[0]?.confirmed ?? false;
}

/**
 * Switches the actor's second factor off. The owner is told by letter.
 *
 * @param input whatever came for {@link bothFactorsSchema}
 * @param asked the language of the request
 * @throws AppError `rate_limited`; `forbidden` with the field for a wrong password or code; `unprocessable`; `conflict` where there
 *   is no second factor; `unauthenticated` where the session ended meanwhile; `unavailable`
 */
export async function removeSecondFactor(actor: Actor, input: Input, asked: Locale): Promise<void> {
  const owner = await provenTwice(actor, input, async (client, held) => {
    await removeSecondFactorOf(client, actor.id);
    return held;
  });
  tellOwner(owner, 'twoStepOff', asked);
}
