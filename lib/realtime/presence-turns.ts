/** Milliseconds between two rounds: a thousand arrivals in a room at once are one fact. */
const ROUND_MS = 500;
/**
 * Users told in one round, over all rooms. Everybody coming back at once changes every room in every round, and telling them all of
 * it each time took a tenth of what letting them in took.
 */
const BUDGET = 1_000;
/** Milliseconds after which a room has its turn whatever it costs: the contract's five seconds, less what the way takes. */
const LATEST_MS = 4_000;

/** Who has something to tell about who came and went. */
export interface Teller {
  /** users that hear it */
  readonly listeners: number;
  readonly tell: () => void;
}

/** Gives rooms their turns at telling who came and went: soon where little is told, later where everybody is moving. */
export class PresenceTurns {
  /** who waits, and since when: first come, first told */
  readonly #waiting = new Map<Teller, number>();
  #timer: NodeJS.Timeout | undefined;

  /** Asks for a turn, in half a second at the earliest; asking again changes nothing. */
  ask(teller: Teller): void {
    if (!this.#waiting.has(teller)) this.#waiting.set(teller, performance.now());
    this.#timer ??= setTimeout(() => this.#round(), ROUND_MS);
  }

  cancel(teller: Teller): void {
    this.#waiting.delete(teller);
  }

  #round(): void {
    this.#timer = undefined;
    const now = performance.now();
    let left = BUDGET;
    for (const [teller, since] of this.#waiting) {
      if (left <= 0 && now - since < LATEST_MS) break;
      this.#waiting.delete(teller);
      left -= teller.listeners;
      teller.tell();
    }
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#round(), ROUND_MS);
  }
}

/** The process's turns: what a round may cost is a matter of the process, not of a room. */
export const turns = new PresenceTurns();
