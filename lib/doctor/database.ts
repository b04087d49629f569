import { stat } from 'node:fs/promises';
import type pg from 'pg';
import { withConnection } from '../backup/connection';
import { checkDatabase } from '../database-check';
import { borrowDatabase } from '../embedded/borrow';
import { clusterFolder } from '../embedded/cluster';
import { isLoopback, type Env } from '../env';
import { appliedMigrations, knownMigrations } from '../migrations';
import { checkRoom, size } from './disk';
import { bad, good, oneLine, warning, type Finding } from './finding';

const SUBJECT = 'database';
/** Seconds that clocks may differ: above the first, times look odd; above the second, codes of two-step sign-in are refused (RFC 6238, 5.2). */
const CLOCK = { odd: 2, wrong: 30 };

async function checkMigrations(client: pg.Client): Promise<Finding> {
  const subject = 'migrations';
  const [present, known] = await Promise.all([appliedMigrations(client), knownMigrations()]);
  const broken = present.find(({ finished }) => !finished);
  if (broken) {
    const fix = 'restore the last backup, or finish it by hand; the service’s log says what went wrong';
    return bad(subject, `${broken.name} was left half-done`, fix);
  }
  const unknown = present.find(({ name }) => !known.includes(name));
  if (unknown) {
    const fix = 'nothing, if you went back by one version; from further back, restore a backup of this version';
    return warning(subject, `${unknown.name} is of a newer version than this one`, fix);
  }
  const missing = known.length - present.length;
  if (missing === 0) return good(subject, `all ${known.length} applied`);
  return warning(
    subject,
    `${missing} of ${known.length} not applied yet`,
    'back up, then start the service: it applies them',
  );
}

async function checkClock(client: pg.Client): Promise<Finding> {
  const before = Date.now();
  const { rows } = await client.query<{ at: string }>('SELECT extract(epoch FROM clock_timestamp())::text AS at');
  const here = (before + Date.now()) / 2_000;
  const seconds = Math.abs(Number(rows[0]?.at) - here);
  const says = `${seconds.toFixed(1)} s from the database’s`;
  const fix = 'have both machines set their clocks by NTP (timedatectl set-ntp true)';
  if (seconds > CLOCK.wrong) return bad('clock', says, fix);
  return seconds > CLOCK.odd ? warning('clock', says, fix) : good('clock', says);
}

/** Where the database lies, if that is this machine and its user may ask. */
async function checkItsDisk(client: pg.Client): Promise<Finding | undefined> {
  if (!client.host.startsWith('/') && !isLoopback(client.host)) return undefined;
  const { rows } = await client
    .query<{ folder: string }>("SELECT current_setting('data_directory') AS folder")
    .catch(() => ({ rows: [] }));
  return rows[0] && checkRoom('database disk', rows[0].folder);
}

async function* checkOpen(client: pg.Client, settings: Env): AsyncGenerator<Finding> {
  const { rows } = await client.query<{ version: string; bytes: string }>(
    "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes",
  );
  const kind = settings.databaseUrl === undefined ? 'embedded' : 'given';
  yield good(SUBJECT, `PostgreSQL ${rows[0]?.version} answers (${kind}, ${size(Number(rows[0]?.bytes))})`);
  yield await checkMigrations(client);
  yield await checkClock(client);
  const disk = settings.databaseUrl === undefined ? undefined : await checkItsDisk(client);
  if (disk) yield disk;
}

/** Whether the database answers, is new enough, has this version's tables and the same time. An embedded one that does not run is started meanwhile. */
export async function checkDatabaseOf(settings: Env): Promise<Finding[]> {
  const findings: Finding[] = [];
  const isGiven = settings.databaseUrl !== undefined;
  const isThere = await stat(clusterFolder(settings.dataDir)).then(
    () => true,
    () => false,
  );
  if (!isGiven && !isThere) return [good(SUBJECT, 'none yet: the first start makes one')];
  try {
    if (settings.databaseUrl !== undefined) await checkDatabase(settings.databaseUrl);
    const { url, stop } = await borrowDatabase(settings);
    try {
      await withConnection(url, 'beseda doctor', async (client) => {
        for await (const finding of checkOpen(client, settings)) findings.push(finding);
      });
    } finally {
      await stop();
    }
  } catch (error) {
    const fix = isGiven ? 'start it, or correct DATABASE_URL' : `look into ${settings.dataDir}/postgres.log`;
    findings.push(bad(SUBJECT, oneLine(error), fix));
  }
  return findings;
}
