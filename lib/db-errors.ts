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
 * 57014 cancelled by the statement timeout, 58030 I/O error, 25006 read-only standby.
 */
const SQLSTATE = /^(?:08...|53...|57P0.|57014|58030|25006|25P03)$/;

/** node-postgres says these in words only. */
const MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable|after calling end on the pool|Query read timeout|Unable to start a transaction in the given time/i;

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

/** Whether an error, of node-postgres (SQLSTATE 23505) or of Prisma (P2002), says that a unique value is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return isRecord(error) && (error.code === '23505' || error.code === 'P2002');
}
