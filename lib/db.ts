import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from './contracts/errors';
import { log } from './log';
import { PatientPool } from './patient-pool';

interface Database {
  url: string;
  pool: pg.Pool;
  /** connections outside of the pool, to be closed with it */
  own: Set<pg.Client>;
}

/** Milliseconds. A request waits at most this long for a free connection before it is told that the service is unavailable. */
const CONNECTION_TIMEOUT = 5_000;
/** Milliseconds after which PostgreSQL itself ends a statement that nobody can be waiting for any more. */
const STATEMENT_TIMEOUT = 6_000;
/** Milliseconds after which we no longer wait for an answer: a database that is frozen does not end its own statements. */
const QUERY_TIMEOUT = 7_000;
/** Milliseconds. What a transaction holds is held for all nodes, and nothing but the database is waited for within one. */
const IDLE_IN_TRANSACTION_TIMEOUT = 3_000;
/**
 * What a trigram match has to reach: PostgreSQL's own default for whole strings. As a setting rather than a condition of a statement, because
 * only the operators that obey it can use the index.
 */
const SIMILAR = '-c pg_trgm.word_similarity_threshold=0.3';
/** Of the service itself; what makes pages has fewer. */
const MAX_CONNECTIONS = 10;
/** Milliseconds. To make a connection takes longer than most of what is done with it, so they are kept through a quiet spell. */
const IDLE_TIMEOUT = 600_000;
/** Milliseconds that connections get to be closed in order. */
const LEAVE_MS = 1_000;

const shared = globalThis as typeof globalThis & { besedaDatabase?: Database | undefined };

/**
 * Opens the process's one pool. Connections are made when they are first needed, and callers wait a moment
 * for a database that is being restarted.
 *
 * @param url of a PostgreSQL database
 * @param max connections at a time
 */
export function connectDatabase(url: string, max = MAX_CONNECTIONS): void {
  if (shared.besedaDatabase) throw new Error('The database is already connected');
  const pool = new PatientPool({
    connectionString: url,
    application_name: 'beseda',
    options: SIMILAR,
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    statement_timeout: STATEMENT_TIMEOUT,
    query_timeout: QUERY_TIMEOUT,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT,
    keepAlive: true,
    max,
    idleTimeoutMillis: IDLE_TIMEOUT,
  });
  // Without a listener an idle connection that PostgreSQL closes would end the process.
  pool.on('error', (error) => log.warn({ error: error.message }, 'A database connection was lost'));
  shared.besedaDatabase = { url, pool, own: new Set() };
}

/**
 * Opens a connection of its own, outside of the pool.
 *
 * @param settings on top of the URL
 * @throws whatever node-postgres does when the database cannot be reached
 */
export async function connectAlone(settings: pg.ClientConfig): Promise<pg.Client> {
  const { url, own } = database();
  const client = new pg.Client({ ...settings, connectionString: url, keepAlive: true });
  // Without a listener its loss would end the process; whoever uses it sees its queries fail.
  client.on('error', (error) => log.debug({ error: error.message }, 'A database connection was lost'));
  client.once('end', () => own.delete(client));
  await client.connect();
  own.add(client);
  return client;
}

function database(): Database {
  // Whoever comes while the service starts or stops is to come back.
  if (!shared.besedaDatabase) throw new AppError('unavailable', 'The service is not running.', { retryAfterMs: 1_000 });
  return shared.besedaDatabase;
}

/** The connection pool. */
export function pool(): pg.Pool {
  return database().pool;
}

/** Closes every connection once its queries have ended. Harmless when there is none. */
export async function disconnectDatabase(): Promise<void> {
  const open = shared.besedaDatabase;
  shared.besedaDatabase = undefined;
  if (!open) return;
  const closing = Promise.all([open.pool.end(), ...[...open.own].map((client) => client.end())]);
  // A database that stands still does not take leave.
  await Promise.race([closing, sleep(LEAVE_MS, undefined, { ref: false })]);
}

export {
  isDiskFull,
  isRefusal,
  isRolledBack,
  isUnavailable,
  isUniqueViolation,
  missingUser,
  toUnavailable,
} from './db-errors';
export { outlasting } from './outlasting';
