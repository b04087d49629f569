import { createClient } from '@redis/client';
import { log } from '../log';

/** Milliseconds for connecting, and for the answer to anything that Redis does at once. */
export const ANSWER_MS = 2_000;

function make(url: string) {
  return createClient({
    url,
    name: 'beseda',
    // What cannot be said now is not said later: Redis is a hint, and whoever uses it knows what to do without.
    disableOfflineQueue: true,
    socket: { connectTimeout: ANSWER_MS, reconnectStrategy: false },
  });
}

export type RedisClient = ReturnType<typeof make>;

/**
 * Waits for something, but not for ever: a Redis that stands still keeps its connections open and says nothing.
 *
 * @throws Error after `milliseconds`; whatever `work` throws
 */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis does not answer')), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more.
    work.catch(() => undefined);
  }
}

/** Ends a connection at once, whatever is under way on it. Harmless when it has ended. */
export function closeRedis(client: RedisClient): void {
  client.destroy();
}

/** Settles once a connection is lost, or was closed. */
export function endOf(client: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    if (!client.isOpen) return void resolve();
    for (const name of ['end', 'terminated']) client.once(name, () => resolve());
  });
}

/**
 * Opens a connection that does not come back by itself.
 *
 * @throws whatever the client does; Error when it takes too long
 */
export async function openRedis(url: string): Promise<RedisClient> {
  const client = make(url);
  // Without a listener its loss would end the process; whoever uses it sees its commands fail.
  client.on('error', (error) => log.debug({ err: error as unknown }, 'A connection to Redis was lost'));
  try {
    await within(client.connect(), ANSWER_MS);
    return client;
  } catch (error) {
    closeRedis(client);
    throw error;
  }
}
