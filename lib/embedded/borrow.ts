import { publishedDatabaseUrl } from '../data-dir';
import type { Env } from '../env';
import { StartError } from '../start-error';
import { startEmbedded, type EmbeddedDatabase } from './index';
import { FolderLockedError } from './lock';

/**
 * The database that the service uses, for a tool beside it: the given one, the embedded one of a running server, or the embedded one
 * started for the occasion.
 *
 * @param settings as the service would read them
 * @returns its URL, and `stop`, which stops only what was started here
 * @throws StartError in one line
 */
export async function borrowDatabase(settings: Pick<Env, 'databaseUrl' | 'dataDir'>): Promise<EmbeddedDatabase> {
  if (settings.databaseUrl !== undefined) return { url: settings.databaseUrl, stop: () => Promise.resolve() };
  try {
    return await startEmbedded(settings.dataDir);
  } catch (error) {
    if (!(error instanceof FolderLockedError)) throw error;
    const url = await publishedDatabaseUrl(settings.dataDir);
    if (url === undefined)
      throw new StartError('The server on this data folder is just starting or stopping: try again.');
    return { url, stop: () => Promise.resolve() };
  }
}
