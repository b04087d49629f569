import type { PoolClient } from 'pg';
import { expect, it } from 'vitest';
import { PatientPool } from '@/lib/patient-pool';
import { databaseUrl } from '../harness/fresh-database';

it('a connection that is lost while it is being handed out ends nothing but itself', async () => {
  const pool = new PatientPool({ connectionString: databaseUrl(), max: 1 });
  pool.on('error', () => undefined);
  await pool.query('SELECT 1');
  const connecting = pool.connect();
  // The pool lets go of it on the next tick, the caller has it some microtasks later: the loss comes between the two.
  pool.once('acquire', (client: PoolClient) =>
    queueMicrotask(() => client.emit('error', new Error('terminating connection'))),
  );
  (await connecting).release(true);
  expect(await pool.query('SELECT 1')).toMatchObject({ rowCount: 1 });
  await pool.end();
});
