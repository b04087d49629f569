import { AppError } from '../contracts/errors';

/** Milliseconds of waiting that a client can be expected to bear: most give up later, if at all. */
const PATIENCE_MS = 20_000;
/** Milliseconds from which on those who are refused come back, and over which they are spread: as long as the line takes, within bounds. */
const RETURN_MS = { from: 1_000, least: 2_000, most: 15_000 };
/** How much a handshake's duration weighs against all before it. */
const WEIGHT = 0.05;

export interface HandshakeOptions {
  /** handshakes under way */
  atOnce: number;
  /** handshakes that wait for their turn */
  line: number;
}

/**
 * Under way: as many as share one statement (lib/gathered.ts), and no more, because a turn of the event loop that is full of handshakes
 * accepts nobody else, and health checks wait behind. In line: what a node of two cores lets in within patience; to wait costs
 * nothing, to be refused and come back costs both sides a third of a handshake, and with 1,500 it took 45 s.
 */
const DEFAULTS: HandshakeOptions = { atOnce: 16, line: 5_000 };

interface Waiting {
  since: number;
  enter: () => void;
  refuse: (error: AppError) => void;
}

/**
 * Lets connections in, a few at a time. When everybody comes at once the rest wait in line, and beyond it they are refused at once
 * and told when to come back, spread over the time that the line takes: a server that begins all of them ends none in time.
 */
export class Handshakes {
  readonly #waiting: Waiting[] = [];
  readonly #options: HandshakeOptions;
  #underWay = 0;
  #closed = false;
  /** milliseconds that a handshake takes, on average */
  #average = 10;

  constructor(options: HandshakeOptions = DEFAULTS) {
    this.#options = options;
  }

  /**
   * For the door, before a connection costs anything.
   *
   * @throws AppError `unavailable` when the line is full
   */
  refuseBeyondLine(): void {
    if (this.#waiting.length >= this.#options.line) throw this.#refusal();
  }

  /**
   * Runs a handshake when its turn comes.
   *
   * @param work must not wait for the peer: whoever is silent would keep others out
   * @throws AppError `unavailable` when the line is full or its turn does not come in time; whatever `work` throws
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw this.#refusal();
    if (this.#underWay < this.#options.atOnce) this.#underWay++;
    else await this.#turn();
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.#average += WEIGHT * (performance.now() - begun - this.#average);
      this.#next();
    }
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#closed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(this.#refusal());
  }

  #turn(): Promise<void> {
    this.refuseBeyondLine();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ since: performance.now(), enter: resolve, refuse: reject });
    });
  }

  #next(): void {
    const now = performance.now();
    for (let first = this.#waiting.shift(); first; first = this.#waiting.shift()) {
      if (now - first.since <= PATIENCE_MS) {
        first.enter();
        return;
      }
      first.refuse(this.#refusal());
    }
    this.#underWay--;
  }

  #refusal(): AppError {
    const line = (this.#waiting.length * this.#average) / this.#options.atOnce;
    const spread = Math.min(RETURN_MS.most, Math.max(RETURN_MS.least, line));
    return new AppError('unavailable', 'Too many are connecting at this moment: try again shortly.', {
      retryAfterMs: Math.round(RETURN_MS.from + Math.random() * spread),
    });
  }
}
