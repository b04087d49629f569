import pg from 'pg';
import { pool } from './db';
import { log } from './log';

/** Milliseconds that the database gets to answer; a load balancer asks again soon. */
const PATIENCE_MS = 2_000;
/** Milliseconds after which an unused connection is given back. */
const IDLE_MS = 60_000;

interface Probe {
  /** the database that it asks */
  url: string | undefined;
  pool: pg.Pool;
}

let probe: Probe | undefined;
let underWay: Promise<boolean> | undefined;

/** A connection of its own: those of the service may all be busy while the database is quite well. */
function probePool(): pg.Pool {
  const { connectionString } = pool().options;
  if (probe && probe.url === connectionString) return probe.pool;
  const fresh = new pg.Pool({
    connectionString,
    application_name: 'beseda health',
    max: 1,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  fresh.on('error', (error) =>
    log.debug({ error: error.message }, 'The connection that asks after the database was lost'),
  );
  probe?.pool.end().catch(() => undefined);
  probe = { url: connectionString, pool: fresh };
  return fresh;
}

async function ask(): Promise<boolean> {
  try {
    await probePool().query('SELECT 1');
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the database answers, told within two seconds. However many ask at once, it is asked once; and not over the connections
 * that the service works with, behind whose work the question would wait.
 */
export function databaseAnswers(): Promise<boolean> {
  if (underWay) return underWay;
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS).unref());
  const answer = Promise.race([ask(), late]).finally(() => (underWay = undefined));
  underWay = answer;
  return answer;
}
