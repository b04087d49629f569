import { get } from 'node:http';
import { Latencies } from './latencies';

/** Milliseconds between two questions: the next is asked whether or not the last was answered. */
const EVERY = 100;
/** Milliseconds after which an answer counts as none. */
const PATIENCE = 10_000;

/** What an orchestrator saw. */
export interface HealthSeen {
  /** of answers with status 200, and of those that never came, as long as they were waited for */
  latencies: Latencies;
  asked: number;
  /** answers other than 200, and refused or broken connections */
  failed: number;
}

/** Asks `/api/health/ready` again and again, each time over a connection of its own, as an orchestrator does. */
export class HealthWatch {
  readonly #port: number;
  #seen: HealthSeen = { latencies: new Latencies(), asked: 0, failed: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#ask(), EVERY);
  }

  /** What was seen since the last time, answers included that are still awaited. */
  async take(): Promise<HealthSeen> {
    const seen = this.#seen;
    this.#seen = { latencies: new Latencies(), asked: 0, failed: 0 };
    const deadline = Date.now() + PATIENCE;
    while (seen.latencies.total < seen.asked && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return seen;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #ask(): void {
    const seen = this.#seen;
    const begun = performance.now();
    seen.asked++;
    let over = false;
    const done = (ok: boolean) => {
      if (over) return;
      over = true;
      seen.latencies.add(performance.now() - begun);
      if (!ok) seen.failed++;
    };
    const request = get(
      { host: '127.0.0.1', port: this.#port, path: '/api/health/ready', agent: false, timeout: PATIENCE },
      (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode === 200));
      },
    );
    request.on('timeout', () => request.destroy(new Error('No answer in time')));
    request.on('error', () => done(false));
  }
}
