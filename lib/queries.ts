import type { ClientBase, PoolClient, QueryResultRow } from 'pg';
import { isRefusal, isUnavailable, outlasting, pool, toUnavailable } from './db';
import { kept } from './statement-name';

/** An outage of the database as the contract tells it; any other error as it is. */
function translate(error: unknown): unknown {
  return isUnavailable(error) ? toUnavailable(error) : error;
}

/**
 * Runs one statement.
 *
 * @throws AppError `unavailable` when the database cannot be reached, so that an outage never looks like a bad credential
 */
export async function query<R extends QueryResultRow>(sql: string, params: unknown[]): Promise<R[]> {
  try {
    return (await pool().query<R>(sql, params)).rows;
  } catch (error) {
    throw translate(error);
  }
}

/**
 * Runs one statement that changes nothing, also over a restart of the database.
 *
 * @throws AppError `unavailable` when the database is away for longer
 */
export async function read<R extends QueryResultRow>(sql: string, params: unknown[]): Promise<R[]> {
  try {
    return await outlasting(async () => (await pool().query<R>(kept(sql, params))).rows);
  } catch (error) {
    throw translate(error);
  }
}

/**
 * Runs `work` in one transaction of a connection and commits it.
 *
 * @throws whatever `work` or the commit throws, after rolling back where the connection still answers, so that it can be used
 *   again; where it does not, PostgreSQL rolls back by itself
 */
export async function inTransaction<C extends Pick<ClientBase, 'query'>, T>(
  client: C,
  work: (client: C) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN');
  let result: T;
  try {
    result = await work(client);
  } catch (error) {
    if (!isUnavailable(error) || isRefusal(error)) await client.query('ROLLBACK');
    throw error;
  }
  await client.query('COMMIT');
  return result;
}

/**
 * Runs `work` in one transaction of a connection of the pool and commits it.
 *
 * @throws AppError `unavailable` when the database cannot be reached; whatever `work` throws, after rolling back
 */
export async function transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  let broken: Error | undefined;
  const note = (reason: unknown): void => {
    broken = reason instanceof Error ? reason : new Error('The connection was lost', { cause: reason });
  };
  const client = await pool()
    .connect()
    .catch((error: unknown) => {
      throw translate(error);
    });
  // A connection that is lost between two statements tells nobody else, and unheard it would end the process.
  client.on('error', note);
  try {
    return await inTransaction(client, work);
  } catch (error) {
    if (isUnavailable(error)) note(error);
    throw translate(error);
  } finally {
    client.off('error', note);
    // A connection in an unknown state is closed instead of going back to the pool.
    client.release(broken);
  }
}
