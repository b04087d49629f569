import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { StartError } from '../start-error';

/** Counts the ways in which an archive was ever laid out; a later one is not understood. */
const FORMAT = 1;
const APPLICATION = 'beseda';

/** What an archive holds, by name. */
export const MANIFEST_FILE = 'manifest.json';
export const SECRET_FILE = 'data/secret';
/** Last, as `sha256sum --check` takes it: every file before. */
export const SUMS_FILE = 'SHA256SUMS';

const kindSchema = z.object({ application: z.literal(APPLICATION), format: z.int().positive() });

const manifestSchema = kindSchema.extend({
  version: z.string(),
  createdAt: z.iso.datetime(),
  /** in the order of their names */
  migrations: z.array(z.string()),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()).min(1), rows: z.int().nonnegative() })),
  /** the last number that each gave; null before the first */
  sequences: z.array(z.object({ name: z.string(), last: z.string().regex(/^\d+$/).nullable() })),
  /** tells whether a secret is the one of this archive; null when none was known */
  secretFingerprint: z.string().nullable(),
});

/** What an archive says of itself. */
export type Manifest = z.output<typeof manifestSchema>;
export type ArchivedTable = Manifest['tables'][number];

/** Tells two secrets apart without telling either. */
export function secretFingerprint(secret: string): string {
  return createHmac('sha256', secret).update('the secret of a backup').digest('hex');
}

/** An archive's manifest as it is written. */
export function writeManifest(manifest: Omit<Manifest, 'application' | 'format'>): Buffer {
  return Buffer.from(`${JSON.stringify({ application: APPLICATION, format: FORMAT, ...manifest }, null, 2)}\n`);
}

/**
 * Reads a manifest.
 *
 * @throws StartError when it is of a later layout, or none of ours
 */
export function readManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const kind = kindSchema.safeParse(value);
  if (kind.success && kind.data.format > FORMAT) {
    throw new StartError(
      `The archive is of a newer version of Beseda (format ${kind.data.format}; this one reads ${FORMAT}): restore it with that one.`,
    );
  }
  const manifest = manifestSchema.safeParse(value);
  if (!manifest.success) throw new StartError(`The archive is no backup of Beseda: its ${MANIFEST_FILE} is wrong.`);
  return manifest.data;
}
