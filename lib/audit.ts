import type { ClientBase } from 'pg';
import type { Actor } from './contracts/actor';
import type { AuditAction } from './contracts/audit';

/** What was done to whom: names as they were at that moment, because whom they name may be gone later. */
export interface Audited {
  action: AuditAction;
  room?: { id: number; name: string } | undefined;
  user?: { id: number; username: string } | undefined;
  /** what else there is to say: never a secret, never what a message says */
  details?: Record<string, string | number | boolean | null> | undefined;
}

/**
 * Writes into the audit log what an administrator or an owner does to others.
 *
 * @param client the connection whose transaction makes the change: neither stands without the other
 * @throws what the pool throws
 */
export async function audit(client: Pick<ClientBase, 'query'>, actor: Actor, done: Audited): Promise<void> {
  await client.query(
    `INSERT INTO audit_log (actor_id, actor, action, room_id, room, user_id, username, details)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      actor.id,
      actor.username,
      done.action,
      done.room?.id ?? null,
      done.room?.name ?? null,
      done.user?.id ?? null,
      done.user?.username ?? null,
      JSON.stringify(done.details ?? {}),
    ],
  );
}
