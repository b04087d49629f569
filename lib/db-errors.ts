import { AppError } from './contracts/errors';

/** Node's words for a server that cannot be reached. */
const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Prisma's (error reference, P1 and P2): unreachable, timed out, closed, no free connection, too many. */
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037']);

const ADAPTER_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'TooManyConnections', 'SocketTimeout']);

/**
 * SQLSTATE (PostgreSQL manual, appendix A): class 08 connection, 53 resources (disk full, too many connections), 57P shut down,
 * 57014 cancelled by the statement timeout, 58030 I/O error, 25006 read-only standby, 40001 and 40P01 undone for another's sake.
 */
const SQLSTATE = /^(?:08...|53...|57P0.|57014|58030|25006|25P03|40001|40P01)$/;

/** node-postgres says these in words only. */
const MESSAGES =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|is not queryable|after calling end on the pool|Query read timeout|Unable to start a transaction in the given time/i;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isOutage(word: unknown): boolean {
  return (
    typeof word === 'string' &&
    (SYSTEM_CODES.has(word) || PRISMA_CODES.has(word) || ADAPTER_KINDS.has(word) || SQLSTATE.test(word))
  );
}

/**
 * Whether an error says that the database cannot serve now, rather than that the query was wrong. Looks through causes:
 * node-postgres, Prisma and its adapter each wrap the other's.
 */
export function isUnavailable(error: unknown, depth = 0): boolean {
  if (!isRecord(error) || depth > 6) return false;
  if ([error.code, error.originalCode, error.kind].some(isOutage)) return true;
  if (typeof error.message === 'string' && MESSAGES.test(error.message)) return true;
  const inner = [
    error.cause,
    error.meta,
    error.driverAdapterError,
    ...(Array.isArray(error.errors) ? (error.errors as unknown[]) : []),
  ];
  return inner.some((value) => isUnavailable(value, depth + 1));
}

/** The server says of itself that it is starting, stopping or recovering: SQLSTATE 57P01–57P03, or nobody listens for the moment. */
const RETURNING = /^(?:57P0[123]|08...|ECONNREFUSED|ECONNRESET|EPIPE)$/;

/** Whether an attempt to connect failed in a way that a database which is being restarted shows: soon it may succeed. */
export function isReturning(error: unknown): boolean {
  if (!isRecord(error)) return false;
  if (Array.isArray(error.errors)) return (error.errors as unknown[]).some(isReturning);
  if (typeof error.code === 'string') return RETURNING.test(error.code);
  return typeof error.message === 'string' && error.message.startsWith('Connection terminated unexpectedly');
}

/** SQLSTATEs under which a backend or the whole server may end too: connection, shut down, no room or connection left, I/O, internal. */
const PERHAPS_FATAL = /^(?:08|57P|53[13]|58|XX|F0)/;

/** Whether an error is PostgreSQL's own answer to a statement, rather than the loss of that answer. */
export function isRefusal(error: unknown): error is { code: string } {
  return isRecord(error) && typeof error.severity === 'string' && typeof error.code === 'string';
}

/**
 * Whether PostgreSQL itself refused a statement, which it then rolled back. Of any other failure nobody knows whether the
 * statement was committed: only the answer was lost. Judged by its SQLSTATE: the severity that node-postgres passes on is a word in
 * the server's language (PostgreSQL manual, "Error and Notice Message Fields").
 */
export function isRolledBack(error: unknown): boolean {
  return isRefusal(error) && !PERHAPS_FATAL.test(error.code);
}

/** SQLSTATE 53100: PostgreSQL has no room left on its disk. */
export function isDiskFull(error: unknown, depth = 0): boolean {
  if (!isRecord(error) || depth > 6) return false;
  if (error.code === '53100' || error.originalCode === '53100') return true;
  return [error.cause, error.meta, error.driverAdapterError].some((inner) => isDiskFull(inner, depth + 1));
}

/** Milliseconds until somebody should try again: a database that restarts is back within seconds; a full disk takes a person. */
const RETRY_AFTER_MS = { away: 1_000, full: 5_000 };

/** An outage of the database as the contract tells it. */
export function toUnavailable(error: unknown): AppError {
  return isDiskFull(error)
    ? new AppError('unavailable', 'The disk of the database is full: nothing can be stored until there is room.', {
        retryAfterMs: RETRY_AFTER_MS.full,
        cause: error,
      })
    : new AppError('unavailable', 'The database cannot be reached at the moment: try again shortly.', {
        retryAfterMs: RETRY_AFTER_MS.away,
        cause: error,
      });
}

/** Whether an error, of node-postgres (SQLSTATE 23505) or of Prisma (P2002), says that a unique value is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return isRecord(error) && (error.code === '23505' || error.code === 'P2002');
}

/**
 * Of whom a row was to be that is gone: the key of `users` that a broken reference names (SQLSTATE 23503).
 *
 * @returns an id or an address; null for any other error
 */
export function missingUser(error: unknown): string | null {
  if (!isRecord(error) || error.code !== '23503' || typeof error.detail !== 'string') return null;
  return /=\((.*)\) is not present in table "users"/.exec(error.detail)?.[1] ?? null;
}
