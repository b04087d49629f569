import { setTimeout as sleep } from 'node:timers/promises';
import { log } from './log';

/** Milliseconds from the first signal to the end, whatever hangs: the contract allows ten seconds. */
const DEADLINE = 9_000;
/** Milliseconds within which further signals are the same wish: npm passes on what the terminal has sent to everyone already. */
const SAME_WISH = 1_000;

interface Step {
  name: string;
  close: () => Promise<void>;
}

/** What has been started, ended in the reverse order. */
export class Shutdown {
  readonly #steps: Step[] = [];
  #started = Promise.resolve();
  #ending: Promise<void> | undefined;
  #signalled = 0;

  /** Adds what has just been started. */
  add(name: string, close: () => Promise<void>): void {
    this.#steps.push({ name, close });
  }

  /** Ends everything that was added, the latest first. A step that fails does not keep the others from ending. */
  async closeAll(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        log.error({ err: error, step: step.name }, 'A part of the service did not stop cleanly');
      }
    }
  }

  /**
   * Ends the process on SIGTERM, SIGINT and SIGHUP: code 0 once everything has ended, code 1 at the deadline or at a second signal.
   *
   * @param started settles when the start is over: a signal during the start waits for it, so that nothing is left half-started
   */
  listen(started: Promise<void>): void {
    this.#started = started;
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.#ending) {
          if (performance.now() - this.#signalled < SAME_WISH) return;
          log.warn('Second signal: ending at once');
          process.exit(1);
        }
        this.#signalled = performance.now();
        log.info({ signal }, 'Stopping');
        void this.exit(0);
      });
    }
  }

  /** Ends everything and then the process. */
  exit(code: number): Promise<void> {
    return (this.#ending ??= this.#exit(code));
  }

  async #exit(code: number): Promise<void> {
    const deadline = sleep(DEADLINE, 'late' as const, { ref: false });
    const closed = this.#started.catch(() => undefined).then(() => this.closeAll());
    const result = await Promise.race([closed, deadline]);
    if (result === 'late') log.error('The service did not stop in time');
    else log.info('Stopped');
    process.exit(result === 'late' ? 1 : code);
  }
}
