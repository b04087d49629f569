import pg from 'pg';
import { databaseUrl } from './fresh-database';

/**
 * Makes everybody wait who wants to read or write a table of this test file's database.
 *
 * @returns lets them go on
 */
export async function lockTable(name: 'sessions' | 'messages' | 'chats' | 'users'): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl() });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}
