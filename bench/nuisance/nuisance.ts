import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { NUISANCE_REPORT_SCHEMA, type NuisanceOrder, type NuisanceReport } from './orders';

/** What is left of the core by whoever measures is theirs: otherwise the load generator's own delay would be measured. */
const NICE = 10;

/** Clients that behave badly, in a process of their own, from its parent's side. */
export class Nuisance {
  readonly #child: ChildProcess;

  /** Begins at once. */
  constructor(order: NuisanceOrder) {
    this.#child = fork(join(import.meta.dirname, 'process.ts'), [], { execArgv: ['--import', 'tsx'] });
    if (this.#child.pid !== undefined) setPriority(this.#child.pid, NICE);
    this.#child.send(order);
  }

  /** Ends them all. @returns what they did */
  async end(): Promise<NuisanceReport> {
    const reported = once(this.#child, 'message');
    const ended = once(this.#child, 'exit');
    this.#child.send('report');
    const [report] = (await reported) as unknown[];
    this.#child.disconnect();
    await ended;
    return NUISANCE_REPORT_SCHEMA.parse(report);
  }
}
