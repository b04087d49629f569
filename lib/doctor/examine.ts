import type { Source } from '../setting';
import { checkDatabaseOf } from './database';
import { checkDataFolder } from './disk';
import { bad, oneLine, type Finding } from './finding';
import { checkAddress } from './public-address';
import { checkRedis } from './redis';
import { checkSecret } from './secret';
import { checkSettings } from './settings';
import { checkUpgrades } from './upgrades';

/** Runs a check; what it throws is a finding too. */
async function safely(subject: string, check: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    return [bad(subject, oneLine(error), 'mend what it says')];
  }
}

/**
 * Examines an installation from its settings to its public address.
 *
 * @param source the environment's variables
 * @param address asked instead of NEXTAUTH_URL
 * @returns findings, in the order in which things stand on one another
 */
export async function* examine(source: Source, address?: string): AsyncGenerator<Finding> {
  const { settings, findings, dropped } = checkSettings(source);
  yield* findings;
  if (!settings) return;
  yield* await safely('data folder', () => checkDataFolder(settings));
  // Without the setting another one would be looked at than the service's.
  if (!dropped.has('NEXTAUTH_SECRET')) yield* await safely('secret', () => checkSecret(settings));
  if (!dropped.has('DATABASE_URL')) yield* await safely('database', () => checkDatabaseOf(settings));
  const { redisUrl } = settings;
  if (redisUrl !== undefined) yield* await safely('Redis', () => checkRedis(redisUrl));
  if (address !== undefined && !(/^https?:/.test(address) && URL.canParse(address))) {
    yield bad('address', `${address} is no address`, 'give it as in https://chat.example.org');
    return;
  }
  const base = address === undefined ? settings.publicUrl : new URL(address);
  if (!base) return;
  const [answer] = await safely('address', () => checkAddress(base));
  if (answer) yield answer;
  if (answer?.level === 'good') yield* await safely('address', () => checkUpgrades(base));
}
