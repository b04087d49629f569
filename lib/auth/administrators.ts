import type { PoolClient } from 'pg';
import { AppError } from '../contracts/errors';

/**
 * Refuses to take the service its last administrator. Holds all of them until the transaction ends: of two who leave at once one
 * has to wait, and then sees that nobody else is left. To be called before the account itself is held.
 *
 * @param userId who is about to go, administrator or not
 * @throws AppError `conflict`
 */
export async function keepAnAdministrator(client: PoolClient, userId: number): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT id FROM users WHERE role = 'administrator' AND suspended_at IS NULL ORDER BY id FOR UPDATE`,
  );
  if (rows.length === 1 && rows[0]?.id === userId)
    throw new AppError('conflict', 'This is the last administrator: make somebody else one first.');
}
