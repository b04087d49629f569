import { expect, it } from 'vitest';
import { PatientPool } from '@/lib/patient-pool';
import { databaseUrl } from '../harness/fresh-database';

it('a connection that is lost while it is being handed out ends nothing but itself', async () => {
  const pool = new PatientPool({ connectionString: databaseUrl(), max: 1 });
  pool.on('acquire', (client) => client.emit('error', new Error('terminating connection due to administrator command')));
  const client = await pool.connect();
  client.release(true);
  expect(await pool.query('SELECT 1')).toMatchObject({ rowCount: 1 });
  await pool.end();
});
