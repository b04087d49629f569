import { AppError } from '../contracts/errors';

/** Milliseconds of waiting that a client can be expected to bear: many give up after twenty seconds, some after ten. */
const PATIENCE_MS = 8_000;
/** Milliseconds from which on those who are refused come back. */
const RETURN_MS = 1_000;
/** How much a handshake's duration weighs against all before it. */
const WEIGHT = 0.05;

export interface HandshakeOptions {
  /** handshakes under way */
  atOnce: number;
  /** handshakes that wait for their turn */
  line: number;
}

/** Under way: enough to keep the database busy, few enough that nobody else waits long for it. In line: what memory easily bears. */
const DEFAULTS: HandshakeOptions = { atOnce: 32, line: 10_000 };

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
    if (this.#waiting.length >= this.#options.line || this.#wait() > PATIENCE_MS) throw this.#refusal();
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
      if (now - first.since <= 2 * PATIENCE_MS) {
        first.enter();
        return;
      }
      first.refuse(this.#refusal());
    }
    this.#underWay--;
  }

  /** @returns milliseconds that the line takes at the present pace */
  #wait(): number {
    return (this.#waiting.length * this.#average) / this.#options.atOnce;
  }

  #refusal(): AppError {
    return new AppError('unavailable', 'Too many are connecting at this moment: try again shortly.', {
      // When half of the line is gone, and over as long as it takes: so that those who come back neither find it full nor empty.
      retryAfterMs: Math.round(RETURN_MS + this.#wait() / 2 + Math.random() * Math.max(RETURN_MS, this.#wait())),
    });
  }
}
