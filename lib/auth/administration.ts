import type { PoolClient } from 'pg';
import { z } from 'zod';
import { audit } from '../audit';
import { bus, type BusEvent } from '../bus';
import type { Actor } from '../contracts/actor';
import { listSchema, userChangeSchema, type ManagedUser, type UserChange } from '../contracts/administration';
import { LIMITS } from '../contracts/limits';
import { parseInput } from '../contracts/parse-input';
import { isCleanText } from '../contracts/values';
import { decodeCursor, encodeCursor, escapeLike } from '../cursor';
import { limit } from '../limits';
import { read, transaction } from '../queries';
import { presentAccount } from './account-row';
import { keepAnAdministrator, lockAdministrators } from './last-administrator';
import { holdUser, MANAGED_COLUMNS, presentManaged, requireAdministrator, type ManagedRow } from './managed-user';
import { usernameSkeleton } from './names';
import { revokeSessionsOf } from './sessions';

/** An account's place in the order of the list. */
const placeSchema = z.tuple([z.int().min(0).max(2), z.string().refine(isCleanText), z.int()]);

/**
 * Finds accounts by a part of the username (whatever its case, and whatever look-alike letters it has) or of the e-mail address:
 * exact first, then what begins with it, then by username. An empty query lists all.
 *
 * @param input whatever came for {@link listSchema}
 * @throws AppError `rate_limited`; `forbidden` for who is no administrator; `unprocessable`; `unavailable`
 */
export async function listUsers(
  actor: Actor,
  input: unknown,
): Promise<{ users: ManagedUser[]; nextCursor: string | null }> {
  await limit('search', actor.id);
  requireAdministrator(actor);
  const { q, cursor, limit: size = LIMITS.search.default } = parseInput(listSchema, input);
  const after = cursor === undefined ? null : decodeCursor(placeSchema, cursor);
  const typed = q.trim().normalize('NFKC').trim();
  const [name, email] = [usernameSkeleton(typed), typed.toLowerCase()];
  const rows = await read<ManagedRow & { rank: number; sorted: string }>(
    `SELECT * FROM (
       SELECT ${MANAGED_COLUMNS}, lower(u.username) AS sorted,
         CASE WHEN $1 = '' OR u.username_skeleton = $1 OR u.email = $3 THEN 0
              WHEN u.username_skeleton LIKE $2 || '%' OR u.email LIKE $4 || '%' THEN 1 ELSE 2 END AS rank
       FROM users u
       WHERE $1 = '' OR u.username_skeleton LIKE '%' || $2 || '%' OR u.email LIKE '%' || $4 || '%'
     ) found
     WHERE $5::int IS NULL OR (rank, sorted, id) > ($5::int, $6::text, $7::int)
     ORDER BY rank, sorted, id
     LIMIT $8`,
    [name, escapeLike(name), email, escapeLike(email), after?.[0], after?.[1], after?.[2], size + 1],
  );
  const page = rows.slice(0, size);
  const last = rows.length > size ? page.at(-1) : undefined;
  return {
    users: page.map(({ rank: _rank, sorted: _sorted, ...row }) => presentManaged(row)),
    nextCursor: last ? encodeCursor([last.rank, last.sorted, last.id]) : null,
  };
}

async function change(
  client: PoolClient,
  actor: Actor,
  before: ManagedRow,
  { role = before.role, suspended = before.suspended_at !== null }: UserChange,
): Promise<{ row: ManagedRow; events: BusEvent[] }> {
  const wasSuspended = before.suspended_at !== null;
  if (role === before.role && suspended === wasSuspended) return { row: before, events: [] };
  if (role !== 'administrator' || suspended) await keepAnAdministrator(client, before.id);
  const { rows } = await client.query<ManagedRow>(
    `UPDATE users u SET role = $2::user_role, suspended_at = CASE WHEN $3 THEN coalesce(u.suspended_at, now()) END
      WHERE u.id = $1 RETURNING ${MANAGED_COLUMNS}`,
    [before.id, role, suspended],
  );
  const user = { id: before.id, username: before.username };
  if (role !== before.role) await audit(client, actor, { action: 'user:role-changed', user, details: { role } });
  if (suspended !== wasSuspended)
    await audit(client, actor, { action: suspended ? 'user:suspended' : 'user:reinstated', user });
  const events: BusEvent[] = suspended ? await revokeSessionsOf(client, before.id) : [];
  const [row] = rows;
  if (!row) throw new Error('The account was not changed');
  if (role !== before.role)
    events.push({ type: 'user:updated', account: presentAccount(row), previous: before.username });
  return { row, events };
}

/**
 * Makes somebody an administrator or takes it back, suspends them or takes that back. A suspended user's sessions end at once,
 * and stay ended afterwards.
 *
 * @param username whose account, as it stands in a path
 * @param input whatever came for {@link userChangeSchema}
 * @throws AppError `rate_limited`; `not_found`; `forbidden` for who is no administrator; `unprocessable`; `conflict` for the last
 *   administrator, oneself included; `unavailable`
 */
export async function changeUser(actor: Actor, username: string, input: unknown): Promise<{ user: ManagedUser }> {
  await limit('command', actor.id);
  const { row, events } = await transaction(async (client) => {
    await lockAdministrators(client);
    const held = await holdUser(client, actor, username);
    return change(client, actor, held, parseInput(userChangeSchema, input));
  });
  for (const event of events) bus().publish(event);
  return { user: presentManaged(row) };
}
