import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { knownSecret } from '../backup/secret';
import type { Env } from '../env';
import { bad, good, warning, type Finding } from './finding';

const SUBJECT = 'secret';
/** NIST SP 800-107, 5.3.4: what an HMAC key should have at least. */
const WANTED_BITS = 112;

/** An upper bound of the bits in a text: as if each character were drawn from those that occur. */
function bitsOf(text: string): number {
  return text.length * Math.log2(new Set(text).size);
}

/** Whether sessions are signed with something that nobody guesses or reads. */
export async function checkSecret(settings: Env): Promise<Finding> {
  const { secret, isOwn } = await knownSecret(settings);
  if (secret === undefined) return good(SUBJECT, 'none yet: the first start makes one');
  const fix = 'set NEXTAUTH_SECRET to the output of "openssl rand -base64 32"; everybody has to sign in again';
  const bits = Math.floor(bitsOf(secret));
  if (bits < WANTED_BITS / 2) return bad(SUBJECT, 'it can be guessed', fix);
  if (bits < WANTED_BITS) return warning(SUBJECT, 'it is weak', fix);
  if (!isOwn) return good(SUBJECT, 'NEXTAUTH_SECRET is strong');
  const file = join(settings.dataDir, 'secret');
  const isOpen = process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0;
  if (isOpen) return bad(SUBJECT, `others on this machine can read ${file}`, `chmod 600 ${file}`);
  return good(SUBJECT, `${file} is strong`);
}
