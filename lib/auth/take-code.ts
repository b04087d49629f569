import type { ClientBase } from 'pg';
import { useRecoveryCode } from './recovery-codes';
import { isTotpCode, stepOfCode } from './totp';

type Transaction = Pick<ClientBase, 'query'>;

/** What a code was. */
export type CodeKind = 'totp' | 'recovery';

/**
 * The secret of an account's second factor.
 *
 * @param client the connection whose transaction it is
 * @returns null where the account has none, or one that was not confirmed
 */
export async function confirmedSecret(client: Transaction, userId: number): Promise<string | null> {
  const { rows } = await client.query<{ secret: string }>(
    'SELECT secret FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL',
    [userId],
  );
  return rows[0]?.secret ?? null;
}

/**
 * Takes a code, which counts once: an application's of this moment, or a recovery code.
 *
 * @param client the connection whose transaction it is: where that is rolled back, the code was not taken
 * @param secret what {@link confirmedSecret} gave
 * @param code normalised
 * @returns what it was; null for one that is wrong, or was taken before
 */
export async function takeCode(
  client: Transaction,
  userId: number,
  secret: string,
  code: string,
): Promise<CodeKind | null> {
  if (!isTotpCode(code)) return (await useRecoveryCode(client, userId, code)) ? 'recovery' : null;
  const step = stepOfCode(secret, code, Date.now());
  if (step === null) return null;
  // This statement decides: of two that bring the same code, the second finds its step taken.
  const taken = await client.query(
    `UPDATE second_factors SET last_step = $3
      WHERE user_id = $1 AND secret = $2 AND confirmed_at IS NOT NULL AND last_step < $3`,
    [userId, secret, step],
  );
  return taken.rowCount === 1 ? 'totp' : null;
}
