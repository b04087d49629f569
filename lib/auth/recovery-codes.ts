import { randomInt } from 'node:crypto';
import type { ClientBase } from 'pg';
import { hashLinkToken } from '../link-token';

type Transaction = Pick<ClientBase, 'query'>;

const COUNT = 10;
/** Crockford's base 32: without the letters that are taken for digits or for each other. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Three groups of four: 60 bits, which nobody guesses. */
const GROUPS = 3;
const GROUP_LENGTH = 4;

function newCode(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** What is kept of a code. It is random, so a plain hash is enough; what looks alike on paper is read alike, as Crockford has it. */
function hashCode(normalised: string): string {
  return hashLinkToken(normalised.replaceAll('o', '0').replaceAll(/[il]/g, '1'));
}

/**
 * Gives an account new recovery codes; those that it had are void.
 *
 * @param client the connection whose transaction it is, which holds the account
 * @returns the codes, which are kept nowhere
 */
export async function replaceRecoveryCodes(client: Transaction, userId: number): Promise<string[]> {
  const codes = Array.from({ length: COUNT }, newCode);
  await client.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  await client.query('INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::text[])', [
    userId,
    codes.map((code) => hashCode(code.replaceAll('-', ''))),
  ]);
  return codes;
}

/**
 * Takes a recovery code: of two requests that bring the same one, only the first has it.
 *
 * @param client the connection whose transaction it is
 * @param code normalised
 * @returns whether it was good
 */
export async function useRecoveryCode(client: Transaction, userId: number, code: string): Promise<boolean> {
  const used = await client.query(
    'UPDATE recovery_codes SET used_at = now() WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL',
    [userId, hashCode(code)],
  );
  return used.rowCount === 1;
}
