import type { PoolClient } from 'pg';
import { AppError } from '../contracts/errors';

/** Any number that nothing else in this database locks: two administrators must not each count on the other's staying. */
const ADMINISTRATORS_LOCK = 7_205_759_404;

/**
 * Has everything wait that may take an administrator away. To be called before the transaction locks a row: taken the other way
 * round, two of them would wait for each other.
 */
export async function lockAdministrators(client: Pick<PoolClient, 'query'>): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [ADMINISTRATORS_LOCK]);
}

/**
 * Refuses to lose the last administrator who can sign in, within a transaction that called {@link lockAdministrators}.
 *
 * @param userId who is about to be demoted, suspended or deleted
 * @throws AppError `conflict`
 */
export async function keepAnAdministrator(client: Pick<PoolClient, 'query'>, userId: number): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT id FROM users WHERE role = 'administrator' AND suspended_at IS NULL`,
  );
  if (rows.length === 1 && rows[0]?.id === userId) {
    throw new AppError('conflict', 'This is the last administrator. Make somebody else one first.');
  }
}
