import type { PoolClient } from 'pg';
import type { Actor } from '../contracts/actor';
import type { ManagedUser } from '../contracts/administration';
import { AppError } from '../contracts/errors';
import { usernameSchema } from '../contracts/values';

/** The columns of `users u` that administrators see. */
export const MANAGED_COLUMNS = `u.id, u.username, u.email, u.role::text AS role, u.locale, u.suspended_at, u.created_at,
  EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS second_factor`;

/** What {@link MANAGED_COLUMNS} gives. */
export interface ManagedRow {
  id: number;
  username: string;
  email: string;
  role: 'user' | 'administrator';
  locale: string | null;
  suspended_at: Date | null;
  created_at: Date;
  second_factor: boolean;
}

/** A row as administrators see it. */
export function presentManaged(row: ManagedRow): ManagedUser {
  const { id, username, email, role, suspended_at: suspendedAt, created_at: createdAt } = row;
  return {
    id,
    username,
    email,
    role,
    suspendedAt: suspendedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    secondFactor: row.second_factor,
  };
}

/**
 * Refuses whoever is no administrator.
 *
 * @throws AppError `forbidden`
 */
export function requireAdministrator(actor: Actor): void {
  if (actor.role !== 'administrator') throw new AppError('forbidden', 'Only an administrator may do this.');
}

/**
 * The account that an administrator names, locked until the transaction ends.
 *
 * @param username as it stands in a path
 * @throws AppError `not_found`, whoever asks; then `forbidden`
 */
export async function holdUser(client: Pick<PoolClient, 'query'>, actor: Actor, username: string): Promise<ManagedRow> {
  const name = usernameSchema.safeParse(username);
  const [row] = name.success
    ? (
        await client.query<ManagedRow>(
          `SELECT ${MANAGED_COLUMNS} FROM users u WHERE lower(u.username) = lower($1) FOR UPDATE`,
          [name.data],
        )
      ).rows
    : [];
  if (!row) throw new AppError('not_found', 'There is no such user.');
  requireAdministrator(actor);
  return row;
}
