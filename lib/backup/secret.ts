import { join } from 'node:path';
import { ownSecret } from '../data-dir';
import type { Env } from '../env';
import { StartError } from '../start-error';
import { secretFingerprint } from './manifest';
import type { Unpacked } from './unpack';

/** The secret that the service would run with. */
export interface KnownSecret {
  secret: string | undefined;
  /** whether it lies in the data folder, rather than in the settings */
  isOwn: boolean;
}

/** Finds the service's secret without making one. */
export async function knownSecret(settings: Pick<Env, 'secret' | 'dataDir'>): Promise<KnownSecret> {
  if (settings.secret) return { secret: settings.secret, isOwn: false };
  return { secret: await ownSecret(settings.dataDir), isOwn: true };
}

/** What becomes of a restored service's secret. */
export interface SecretPlan {
  /** what has to be written into the data folder, and the name there for the one that it replaces */
  write: { secret: string; kept: string } | undefined;
  /** what it means for whoever is signed in */
  meaning: string;
}

const KEPT = 'Whoever was signed in still is.';

/**
 * Decides where the service's secret comes from after a restoration.
 *
 * @throws StartError when the data folder keeps the secret of another service
 */
export async function planSecret(settings: Env, { manifest, secret }: Unpacked): Promise<SecretPlan> {
  const present = await knownSecret(settings);
  const accepted = [present.secret, settings.previousSecret].flatMap((each) => (each ? [secretFingerprint(each)] : []));
  if (accepted.some((each) => each === manifest.secretFingerprint)) return { write: undefined, meaning: KEPT };
  if (!present.isOwn) {
    const meaning = `NEXTAUTH_SECRET is not the one of the backup: everybody has to sign in again, unless you set NEXTAUTH_SECRET_PREVIOUS to that one${secret === undefined ? '' : ' (data/secret in the archive)'}.`;
    return { write: undefined, meaning };
  }
  if (secret === undefined) {
    const meaning =
      'The backup holds no secret: set NEXTAUTH_SECRET to what it was, or everybody has to sign in again.';
    return { write: undefined, meaning };
  }
  if (present.secret !== undefined && settings.databaseUrl !== undefined) {
    throw new StartError(
      `${join(settings.dataDir, 'secret')} is not the secret of the backup, and may be another service's: set DATA_DIR to another folder, or move the file away.`,
    );
  }
  // The embedded database may only have been moved away, and needs it when it comes back.
  const kept = `secret.before-restore-${new Date().toISOString().replaceAll(':', '-')}`;
  const where = `The secret that was there is ${join(settings.dataDir, kept)} now.`;
  return { write: { secret, kept }, meaning: present.secret === undefined ? KEPT : `${KEPT} ${where}` };
}
