import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { errorCode, StartError } from './start-error';

/** The oldest PostgreSQL that the service is tested on, as `server_version_num` counts. */
const OLDEST = 140_000;
const CONNECT_WITHIN = 5_000;
/** Milliseconds that a database which is itself just starting is given. */
const STARTING = 10_000;
const IS_STARTING = '57P03';

function place(client: pg.Client): string {
  return client.host.startsWith('/') ? client.host : `${client.host}:${client.port}`;
}

function explain(client: pg.Client, error: unknown): string {
  const code = errorCode(error);
  if (code === '3D000') return `the database "${client.database}" does not exist: create it`;
  if (code.startsWith('28') || String(error).includes('password must be a string')) {
    return `${place(client)} refuses the user "${client.user}" or the password`;
  }
  if (code === '42501') return `the user "${client.user}" may not connect to "${client.database}"`;
  // A name with several addresses fails once for each, and the whole has no words of its own.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const words = inner instanceof Error ? inner.message.replace(/\s+/g, ' ') : String(inner);
  return `${place(client)} cannot be reached (${words})`;
}

async function connectOnce(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version_num') as version");
    const version = Number(rows[0]?.version);
    if (version < OLDEST) {
      throw new StartError(
        `DATABASE_URL: ${place(client)} is PostgreSQL ${Math.floor(version / 10_000)}; 14 or newer is needed.`,
      );
    }
  } catch (error) {
    if (error instanceof StartError || errorCode(error) === IS_STARTING) throw error;
    throw new StartError(`DATABASE_URL: ${explain(client, error)}.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Checks that a given database answers and is new enough, before anything is built on it.
 *
 * @throws StartError in one line, which never repeats the password
 */
export async function checkDatabase(url: string): Promise<void> {
  const deadline = Date.now() + STARTING;
  for (;;) {
    try {
      await connectOnce(url);
      return;
    } catch (error) {
      if (error instanceof StartError) throw error;
      if (Date.now() > deadline) throw new StartError('DATABASE_URL: the database has been starting up for too long.');
    }
    await sleep(250);
  }
}
