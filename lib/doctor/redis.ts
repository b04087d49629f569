import { createClient } from '@redis/client';
import { bad, good, oneLine, warning, type Finding } from './finding';

const SUBJECT = 'Redis';
/** With this version a stream could be cut by age (XADD … MINID). */
const OLDEST = 6.2;
/** Milliseconds */
const PATIENCE = 5_000;

/** INFO's lines, each `name:value`, by their names. */
function readInfo(text: string): Map<string, string> {
  return new Map(
    text.split('\r\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}

/** Full, Redis refuses to be written to, which the bus does before it throws anything old away: it stays full. */
function judgeMemory(info: ReadonlyMap<string, string>): Finding[] {
  const [most, policy = ''] = [info.get('maxmemory') ?? '0', info.get('maxmemory_policy')];
  // The policies volatile-* spare what does not expire, and the stream does not.
  if (most === '0' || policy.startsWith('allkeys-')) return [];
  const fix = 'set "maxmemory-policy allkeys-lru": what is thrown away, nodes find in the database';
  return [warning('Redis memory', `with maxmemory-policy ${policy} it refuses to be written to once it is full`, fix)];
}

/** @param saves when it writes itself to disk, as CONFIG GET save has it; undefined where that may not be asked */
function judgeDisk(info: ReadonlyMap<string, string>, saves: string | undefined): Finding[] {
  const fix = 'set save "" and "appendonly no": all that has to last is in PostgreSQL';
  const warn = (detail: string) => [warning('Redis disk', detail, fix)];
  if (info.get('rdb_last_bgsave_status') === 'err' || info.get('aof_last_write_status') === 'err')
    return warn('it could not save, and may refuse to be written to');
  if (info.get('aof_enabled') === '1') return warn('it writes down every message that is published');
  if (saves) return warn('it writes itself to disk now and then, and refuses to be written to when that fails');
  return [];
}

/** Whether Redis answers, is new enough, and is set up as a bus wants it. */
export async function checkRedis(url: string): Promise<Finding[]> {
  const client = createClient({ url, socket: { connectTimeout: PATIENCE, reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = readInfo(await client.sendCommand(['INFO']));
    const version = info.get('redis_version') ?? '';
    if (!(Number.parseFloat(version) >= OLDEST)) {
      return [bad(SUBJECT, `version ${version} is too old`, `install ${OLDEST} or newer`)];
    }
    const answers = good(SUBJECT, `version ${version} answers`);
    // A hosted Redis may not tell.
    const settings = await client.configGet('save').catch(() => undefined);
    return [answers, ...judgeMemory(info), ...judgeDisk(info, settings?.save)];
  } catch (error) {
    return [bad(SUBJECT, `it cannot be used (${oneLine(error)})`, 'start it, or correct REDIS_URL')];
  } finally {
    client.destroy();
  }
}
