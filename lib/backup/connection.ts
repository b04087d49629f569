import pg from 'pg';

/** Milliseconds that somebody else may hold a table against us. */
const LOCK_TIMEOUT = 10_000;

/**
 * Runs `work` on a connection of its own, which ends with it; what it has not committed is undone.
 *
 * @param name how the connection shows in `pg_stat_activity`
 */
export async function withConnection<T>(
  url: string,
  name: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    lock_timeout: LOCK_TIMEOUT,
    keepAlive: true,
  });
  // Without a listener its loss would end the process; the query under way fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // A large table takes as long as it takes, and what is written of times must not depend on the server's settings.
    await client.query(
      "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET extra_float_digits = 3",
    );
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
