import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { AppError } from './contracts/errors';
import { env } from './env';

/** How much is allowed in which time. */
export interface Limit {
  readonly points: number;
  readonly durationSeconds: number;
}

/**
 * How often something may be done, per key, in a window of time. A limit whose name ends in `Address` is keyed by a client's
 * address, the others by whatever their docstring says. Loopback addresses get no exemption: a proxy in front may be one.
 */
export const RATE_LIMITS = {
  /**
   * Failed sign-ins from one address, whatever the account: OWASP's advice against credential stuffing. A success gives its
   * point back, so an office behind one address is not held up on a Monday morning.
   */
  signInAddress: { points: 30, durationSeconds: 300 },
  /**
   * Failed sign-ins to one account from one address: keyed by both, so that nobody can lock its owner out from elsewhere.
   * NIST SP 800-63B, 5.2.2 asks for at most 100 tries in a row; ten in five minutes stay far below what guessing needs.
   */
  signInAccount: { points: 10, durationSeconds: 300 },
  /**
   * Wrong codes of a second factor to one account from anywhere, after the right password: three of a million are right at any time
   * (RFC 6238, 5.2, with a step either way), so a day's guessing finds one in about two hundred accounts. Recovery codes do not
   * count: nobody guesses one, and an owner whom somebody else's guesses shut out has them.
   */
  signInCode: { points: 20, durationSeconds: 900 },
  /**
   * Wrong passwords and codes given by one user who is signed in, to change or delete their account: as many as {@link signInAccount} lets
   * anybody guess. Counted by itself, so that whoever found an open browser does not lock its owner out of signing in.
   */
  ownPassword: { points: 10, durationSeconds: 300 },
  /** Accounts made, and taken names and addresses asked for, from one address: a team of sixty may move in within an hour. */
  registerAddress: { points: 60, durationSeconds: 3_600 },
  /**
   * Sign-ins begun at the OpenID Connect provider, and its answers, from one address: nothing can be guessed there, this bounds what we
   * ask of the provider. Two of each sign-in: an office of a hundred on a Monday morning.
   */
  openIdAddress: { points: 240, durationSeconds: 300 },
  /** Passwords set by a link from one address: the link's 256 bits cannot be guessed, this only bounds the work. */
  resetAddress: { points: 30, durationSeconds: 300 },
  /** Letters with such a link asked for from one address, whoever they would be for: an office's worth of forgetful people. */
  forgotAddress: { points: 30, durationSeconds: 300 },
  /**
   * Such letters to one account, whoever asks for them: no stranger fills its mailbox. The window is as long as the link is good, so
   * whoever gets no further letter has a link that works.
   */
  resetLetter: { points: 3, durationSeconds: 3_600 },
  /**
   * Letters that tell one account's owner of a change: its address is whatever somebody typed, and may be changed again and again.
   * Who gets as many in an hour knows.
   */
  noticeLetter: { points: 10, durationSeconds: 3_600 },
  /** Invitations taken up from one address: their links cannot be guessed either, and a team may come at once. */
  inviteAddress: { points: 120, durationSeconds: 300 },
  /** Messages of one user. Ten a second on average, which is Mattermost's default; a bot's report may come all at once. */
  message: { points: 300, durationSeconds: 30 },
  /** Everything else that one user asks for, over all transports. */
  command: { points: 600, durationSeconds: 10 },
  /** Searches of one user, one for each key they press. */
  search: { points: 100, durationSeconds: 10 },
  /** Requests from one address, before anything is known of who asks: an office's worth of pages. */
  requestAddress: { points: 3_000, durationSeconds: 10 },
  /** Connections opened from one address: an office that reconnects after a restart of the server. */
  connectAddress: { points: 600, durationSeconds: 60 },
  /** Connections opened by one user: every tab of every device, again and again on a bad network. */
  connect: { points: 120, durationSeconds: 60 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof RATE_LIMITS;

/** Counts uses: in this process, or in one that does it for several. */
export interface Counters {
  /** Counts one. @returns the milliseconds until the window ends where it was one too many, else 0 */
  consume(name: LimitName, key: string | number, points: number): Promise<number>;
  /** Takes back what was counted. */
  refund(name: LimitName, key: string | number, points: number): void;
}

/** Counts with a limiter for each limit. */
export class LimiterCounters implements Counters {
  readonly #limiters = new Map<LimitName, RateLimiterAbstract>();
  readonly #make: (name: LimitName, limit: Limit) => RateLimiterAbstract;

  /** @param make a limiter, once for each limit */
  constructor(make: (name: LimitName, limit: Limit) => RateLimiterAbstract) {
    this.#make = make;
  }

  #limiter(name: LimitName): RateLimiterAbstract {
    const found = this.#limiters.get(name) ?? this.#make(name, RATE_LIMITS[name]);
    this.#limiters.set(name, found);
    return found;
  }

  async consume(name: LimitName, key: string | number, points: number): Promise<number> {
    try {
      await this.#limiter(name).consume(key, points);
      return 0;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext));
      throw error;
    }
  }

  refund(name: LimitName, key: string | number, points: number): void {
    const limiter = this.#limiter(name);
    void limiter.get(key).then((use) => {
      // A window that has ended meanwhile holds nothing to give back, and a credit would outlast the limit.
      if (use && use.consumedPoints > 0) return limiter.reward(key, Math.min(points, use.consumedPoints));
    });
  }
}

/** A limiter in this process's memory. */
export function ownLimiter(_name: LimitName, { points, durationSeconds }: Limit): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix: '', points, duration: durationSeconds });
}

const shared = globalThis as typeof globalThis & { besedaCounters?: Counters };

/** Where this process's uses are counted. */
export function counters(): Counters {
  return (shared.besedaCounters ??= new LimiterCounters(ownLimiter));
}

/** Has this process's uses counted elsewhere. To be called before the first. */
export function countElsewhere(elsewhere: Counters): void {
  shared.besedaCounters = elsewhere;
}

/**
 * A client's address as limits count it: an IPv4-mapped address is the IPv4 one, and of an IPv6 address only the first 64 bits
 * count, because every host has the rest to choose from (RFC 4291, 2.5.4).
 *
 * @param address as the socket or a trusted proxy gives it; anything that is no IPv6 address comes back as it is
 */
export function addressKey(address: string): string {
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}

/** Whose use is counted: limits by address count networks, see {@link addressKey}. */
function keyOf(name: LimitName, key: string | number): string | number {
  return typeof key === 'string' && name.endsWith('Address') ? addressKey(key) : key;
}

/**
 * Counts one use against a limit. Counts nothing while `RATE_LIMITS` is off.
 *
 * @param name one of {@link RATE_LIMITS}
 * @param key whose use it is: an address, or the id of a user
 * @param points how much the use counts
 * @throws AppError `rate_limited`, with the milliseconds until the window ends
 */
export async function limit(name: LimitName, key: string | number, points = 1): Promise<void> {
  if (!env().rateLimits) return;
  const retryAfterMs = await counters().consume(name, keyOf(name, key), points);
  if (retryAfterMs === 0) return;
  const seconds = Math.ceil(retryAfterMs / 1_000);
  throw new AppError('rate_limited', `Too many attempts. Try again in ${seconds} s.`, { retryAfterMs });
}

/**
 * Counts one use as {@link limit} does, for what is left undone where it was one too many.
 *
 * @returns whether it was within the limit
 */
export async function isWithin(name: LimitName, key: string | number): Promise<boolean> {
  try {
    await limit(name, key);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') return false;
    throw error;
  }
}

/**
 * Takes back what {@link limit} counted, where the use turned out to be none: a retry of a stored message, a successful sign-in.
 *
 * @param name the limit
 * @param key whose use it was
 * @param points as they were counted
 */
export function refund(name: LimitName, key: string | number, points = 1): void {
  if (!env().rateLimits) return;
  counters().refund(name, keyOf(name, key), points);
}
