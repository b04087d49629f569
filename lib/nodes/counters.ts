import { RateLimiterRedis } from 'rate-limiter-flexible';
import { LimiterCounters, ownLimiter, type Counters } from '../limits';
import type { Link } from './link';
import { within, type RedisClient } from './redis';

/** Milliseconds that a count may take; what Redis does takes a fraction of one. */
const PATIENCE_MS = 150;
/** Milliseconds for which a Redis that was too slow is not asked again. */
const PAUSE_MS = 1_000;

/** Redis as the limiter sees it: what does not answer at once is not there. */
class HastyRedis {
  readonly #link: Link;
  #pausedUntil = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  get isReady(): boolean {
    return this.#link.client !== undefined && performance.now() >= this.#pausedUntil;
  }

  async eval(...call: Parameters<RedisClient['eval']>): Promise<unknown> {
    try {
      return await within(this.#client().eval(...call), PATIENCE_MS);
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      throw error;
    }
  }

  multi(): ReturnType<RedisClient['multi']> {
    return this.#client().multi();
  }

  #client(): RedisClient {
    const { client } = this.#link;
    if (!client) throw new Error('Redis is out of reach');
    return client;
  }
}

/**
 * Counts uses for all nodes together, in Redis; while that is out of reach, or slow, for this node alone. So nobody is refused, or waits,
 * because of Redis.
 */
export function sharedCounters(link: Link): Counters {
  const storeClient = new HastyRedis(link);
  return new LimiterCounters(
    (name, limit) =>
      new RateLimiterRedis({
        storeClient,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `beseda:limit:${name}`,
        points: limit.points,
        duration: limit.durationSeconds,
        insuranceLimiter: ownLimiter(name, limit),
      }),
  );
}
