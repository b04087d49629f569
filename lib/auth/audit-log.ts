import { z } from 'zod';
import type { Actor } from '../contracts/actor';
import { auditPageSchema, type AuditEntry } from '../contracts/administration';
import type { AuditAction } from '../contracts/audit';
import { LIMITS } from '../contracts/limits';
import { parseInput } from '../contracts/parse-input';
import { decodeCursor, encodeCursor } from '../cursor';
import { limit } from '../limits';
import { read } from '../queries';
import { requireAdministrator } from './managed-user';

interface AuditRow {
  /** `bigint`, which node-postgres gives as a text */
  id: string;
  at: Date;
  actor_id: number;
  actor: string;
  action: AuditAction;
  room_id: number | null;
  room: string | null;
  user_id: number | null;
  username: string | null;
  details: Record<string, unknown>;
}

const placeSchema = z.tuple([z.int().min(0)]);

function present(row: AuditRow): AuditEntry {
  return {
    id: Number(row.id),
    at: row.at.toISOString(),
    actor: { id: row.actor_id, username: row.actor },
    action: row.action,
    room: row.room_id === null || row.room === null ? null : { id: row.room_id, name: row.room },
    user: row.user_id === null || row.username === null ? null : { id: row.user_id, username: row.username },
    details: row.details,
  };
}

/**
 * The audit log, newest first.
 *
 * @param input whatever came for {@link auditPageSchema}
 * @throws AppError `rate_limited`; `forbidden` for who is no administrator; `unprocessable`; `unavailable`
 */
export async function listAudit(
  actor: Actor,
  input: unknown,
): Promise<{ entries: AuditEntry[]; nextCursor: string | null }> {
  await limit('command', actor.id);
  requireAdministrator(actor);
  const { cursor, limit: size = LIMITS.search.default } = parseInput(auditPageSchema, input);
  const before = cursor === undefined ? null : decodeCursor(placeSchema, cursor)[0];
  const rows = await read<AuditRow>(
    `SELECT * FROM audit_log WHERE $1::bigint IS NULL OR id < $1::bigint ORDER BY id DESC LIMIT $2`,
    [before, size + 1],
  );
  const entries = rows.slice(0, size).map(present);
  const last = rows.length > size ? entries.at(-1) : undefined;
  return { entries, nextCursor: last ? encodeCursor([last.id]) : null };
}
