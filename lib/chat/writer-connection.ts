import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { connectAlone } from '../db';

/** Milliseconds for connecting, and for the end of a backend that an earlier connection left behind. */
const PATIENCE = 2_000;
/** Milliseconds after which the writer no longer waits for an answer: well before its callers lose patience, who give up after ten seconds. */
const QUERY_TIMEOUT = 4_000;
const STATEMENT_TIMEOUT = 5_000;
/**
 * Milliseconds after which PostgreSQL ends a transaction whose writer stands still or is cut off: it holds a room, for which the writers of
 * all other nodes wait. Well below {@link QUERY_TIMEOUT}, so that they get it.
 */
const IDLE_IN_TRANSACTION_TIMEOUT = 2_000;

/** Of this process alone: under it a new connection finds what an earlier one left behind. */
const NAME = `beseda writer ${randomUUID()}`;

/**
 * Said once connected, because the database's URL may carry settings of its own, which would win. The duplicate check of a batch of
 * messages was planned as a scan of them all, and compiled first; without both, batches of 200 went from 9,000 to 24,000 rows a second.
 */
const SETTINGS = {
  application_name: NAME,
  statement_timeout: String(STATEMENT_TIMEOUT),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT),
  enable_seqscan: 'off',
  jit: 'off',
};

const END_PREDECESSORS = `
SELECT pg_terminate_backend(pid, ${PATIENCE}) AS ended FROM pg_stat_activity
WHERE application_name = $1 AND pid <> pg_backend_pid()`;

async function prepare(client: pg.Client): Promise<void> {
  const calls = Object.keys(SETTINGS).map((name, index) => `set_config('${name}', $${index + 1}, false)`);
  await client.query(`SELECT ${calls.join(', ')}`, Object.values(SETTINGS));
  if ((await client.query(END_PREDECESSORS, [NAME])).rowCount === 0) return;
  // The first answer tells who was there, this one who still is.
  const { rowCount } = await client.query(END_PREDECESSORS, [NAME]);
  if (rowCount !== 0) throw new Error('What an earlier connection has begun has not ended yet');
}

/**
 * Opens the connection that everything is written on which takes a room's next numbers. Whatever an earlier one of this process
 * was still doing is decided first, one way or the other: its backend is ended, because PostgreSQL goes on with a statement whose
 * client is gone, and would commit it after we had looked.
 *
 * @throws whatever node-postgres does when the database cannot be reached; Error when an earlier backend cannot be ended
 */
export async function connectWriter(): Promise<pg.Client> {
  const client = await connectAlone({ connectionTimeoutMillis: PATIENCE, query_timeout: QUERY_TIMEOUT });
  try {
    await prepare(client);
    return client;
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
}
