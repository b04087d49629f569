import { Latencies } from './latencies';
import type { RoomTruth, TallyReport } from './orders';

const rows = (counts: Map<string, number>) => [...counts].sort(([, a], [, b]) => b - a);

/** What happened to the clients of one process since it was last cleared, and all that they saw since they began. */
export class Tally {
  attempts = 0;
  skipped = 0;
  doubled = 0;
  #torn = 0;
  #acknowledged = 0;
  #delivered = 0;
  #latencies = new Latencies();
  #arrivals: number[] = [];
  readonly #refusals = new Map<string, number>();
  readonly #unsent = new Map<string, number>();
  /** by room, then by `seq`: the body as it was first seen */
  readonly #seen = new Map<string, Map<number, string>>();

  refused(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }

  unsent(reason: string): void {
    this.#unsent.set(reason, (this.#unsent.get(reason) ?? 0) + 1);
  }

  arrived(): void {
    this.#arrivals.push(Date.now());
  }

  saw(room: string, seq: number, body: string): void {
    let seen = this.#seen.get(room);
    if (!seen) this.#seen.set(room, (seen = new Map<number, string>()));
    const before = seen.get(seq);
    if (before === undefined) seen.set(seq, body);
    else if (before !== body) this.#torn++;
  }

  acknowledged(room: string, seq: number, sent: string, stored: string): void {
    this.#acknowledged++;
    if (sent !== stored) this.#torn++;
    this.saw(room, seq, sent);
  }

  /** @param body begins with the moment when it was sent; what was not sent by a client has none */
  delivered(body: string): void {
    this.#delivered++;
    const sentAt = Number(/^\d{13}/.exec(body)?.[0]);
    if (sentAt) this.#latencies.add(Date.now() - sentAt);
  }

  /** Forgets how often and how fast; what was seen of rooms stays. */
  clear(): void {
    this.attempts = 0;
    this.#acknowledged = 0;
    this.#delivered = 0;
    this.#latencies = new Latencies();
    this.#arrivals = [];
    this.#refusals.clear();
    this.#unsent.clear();
  }

  /**
   * Compares what was seen with the database.
   *
   * @returns how many messages are otherwise there, or not at all
   */
  wrong(truth: ReadonlyMap<string, RoomTruth>): number {
    let wrong = 0;
    for (const [room, seen] of this.#seen) {
      const bodies = truth.get(room)?.bodies;
      for (const [seq, body] of seen) if (bodies?.[seq - 1] !== body) wrong++;
    }
    return wrong;
  }

  report(clients: readonly { caughtUp: boolean }[]): TallyReport {
    return {
      clients: clients.length,
      caughtUp: clients.filter((client) => client.caughtUp).length,
      attempts: this.attempts,
      refusals: rows(this.#refusals),
      unsent: rows(this.#unsent),
      acknowledged: this.#acknowledged,
      delivered: this.#delivered,
      latencies: this.#latencies.counts(),
      arrivals: this.#arrivals,
      skipped: this.skipped,
      doubled: this.doubled,
      torn: this.#torn,
    };
  }
}
