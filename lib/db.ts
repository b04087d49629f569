import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '@/generated/prisma/client';
import { log } from './log';

interface Database {
  pool: pg.Pool;
  writerPool: pg.Pool;
  prisma: PrismaClient;
}

/** Milliseconds. A request waits at most this long for a connection before it is told that the service is unavailable. */
const CONNECTION_TIMEOUT = 5_000;
/** Milliseconds after which PostgreSQL itself ends a statement that nobody can be waiting for any more. */
const STATEMENT_TIMEOUT = 15_000;
const MAX_CONNECTIONS = 10;
/**
 * The duplicate check of a batch of messages was planned as a scan of them all, and compiled first; without both, batches of
 * 200 went from 9,000 to 24,000 rows a second.
 */
const WRITER_OPTIONS = '-c enable_seqscan=off -c jit=off';

const shared = globalThis as typeof globalThis & { besedaDatabase?: Database | undefined };

/**
 * Opens the process's one pool, which Prisma shares. Connections are made when they are first needed.
 *
 * @param url of a PostgreSQL database
 */
export function connectDatabase(url: string): void {
  if (shared.besedaDatabase) throw new Error('The database is already connected');
  const settings: pg.PoolConfig = {
    connectionString: url,
    application_name: 'beseda',
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    statement_timeout: STATEMENT_TIMEOUT,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...settings, max: MAX_CONNECTIONS });
  const writerPool = new pg.Pool({ ...settings, max: 1, options: WRITER_OPTIONS });
  for (const one of [pool, writerPool]) {
    // Without a listener an idle connection that PostgreSQL closes would end the process.
    one.on('error', (error) => log.warn({ error: error.message }, 'A database connection was lost'));
  }
  shared.besedaDatabase = { pool, writerPool, prisma: new PrismaClient({ adapter: new PrismaPg(pool) }) };
}

function database(): Database {
  if (!shared.besedaDatabase) throw new Error('The database is not connected');
  return shared.besedaDatabase;
}

/** The connection pool, for hot paths that write their own SQL. */
export function pool(): pg.Pool {
  return database().pool;
}

/** The one connection on which messages are written, in batches, with a planner that suits them. */
export function writerPool(): pg.Pool {
  return database().writerPool;
}

/** Prisma's client, on the same pool. */
export function prisma(): PrismaClient {
  return database().prisma;
}

/** Closes the pool once its queries have ended. Harmless when there is none. */
export async function disconnectDatabase(): Promise<void> {
  const open = shared.besedaDatabase;
  shared.besedaDatabase = undefined;
  if (!open) return;
  await open.prisma.$disconnect();
  await Promise.all([open.pool.end(), open.writerPool.end()]);
}

export { isUnavailable, isUniqueViolation } from './db-errors';
