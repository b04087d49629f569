import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import { readTruth } from './crowd';
import { Latencies } from './latencies';
import {
  JUDGEMENT_SCHEMA,
  TALLY_SCHEMA,
  type ClientOptions,
  type Judgement,
  type Order,
  type TallyReport,
} from './orders';

const ROOT = join(import.meta.dirname, '../../..');
const replySchema = z.object({ id: z.number(), result: z.unknown() });
/** Clients that one process is let connect at a time while a scenario is set up: no storm is meant yet. */
const AT_ONCE = 50;

class Generator {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #orders = 0;

  constructor() {
    this.child = fork(join(import.meta.dirname, 'generator.ts'), [], { cwd: ROOT, execArgv: ['--import', 'tsx'] });
    this.child.on('message', (message) => {
      const { id, result } = replySchema.parse(message);
      this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
    });
    this.child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`A generator of load ended with ${code}`));
      this.#waiting.clear();
    });
  }

  order(order: Order): Promise<unknown> {
    const id = ++this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.child.send({ id, order });
    });
  }
}

/** Two reasons' worth of counts as one. */
function together(all: [string, number][][]): [string, number][] {
  const sums = new Map<string, number>();
  for (const [reason, count] of all.flat()) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums].sort(([, a], [, b]) => b - a);
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** What all generators together report. */
export type LoadReport = Omit<TallyReport, 'latencies'> & { latencies: Latencies };

/** Processes full of clients, ordered about as one. */
export class Generators {
  readonly #all: Generator[];

  /** @param count of processes */
  constructor(count: number) {
    this.#all = Array.from({ length: count }, () => new Generator());
  }

  /** Connects clients, shared out evenly, and waits until each has caught up. */
  async connect(port: number, seed: number, clients: ClientOptions[]): Promise<void> {
    const count = this.#all.length;
    await Promise.all(
      this.#all.map((generator, share) =>
        generator.order({
          name: 'connect',
          port,
          seed: seed + share,
          atOnce: AT_ONCE,
          clients: clients.filter((_, index) => index % count === share),
        }),
      ),
    );
  }

  /** @param perSecond messages, of all clients together; 0 for silence */
  async say(perSecond: number, bytes = 20): Promise<void> {
    await this.#everyone({ name: 'say', perSecond: perSecond / this.#all.length, bytes });
  }

  /** @param perSecond clients that hang up and come back, all together */
  async churn(perSecond: number): Promise<void> {
    await this.#everyone({ name: 'churn', perSecond: perSecond / this.#all.length });
  }

  /** @param count how many stop reading, all together; 0: everyone reads on */
  async stall(count: number): Promise<void> {
    await this.#everyone({ name: 'stall', count: Math.floor(count / this.#all.length) });
  }

  async clear(): Promise<void> {
    await this.#everyone({ name: 'clear' });
  }

  async report(): Promise<LoadReport> {
    const reports = (await this.#everyone({ name: 'report' })).map((report) => TALLY_SCHEMA.parse(report));
    const latencies = new Latencies();
    for (const report of reports) latencies.merge(report.latencies);
    const total = (
      key: 'clients' | 'caughtUp' | 'attempts' | 'acknowledged' | 'delivered' | 'skipped' | 'doubled' | 'torn',
    ) => sum(reports.map((report) => report[key]));
    return {
      clients: total('clients'),
      caughtUp: total('caughtUp'),
      attempts: total('attempts'),
      refusals: together(reports.map(({ refusals }) => refusals)),
      unsent: together(reports.map(({ unsent }) => unsent)),
      acknowledged: total('acknowledged'),
      delivered: total('delivered'),
      latencies,
      arrivals: reports.flatMap(({ arrivals }) => arrivals).sort((a, b) => a - b),
      skipped: total('skipped'),
      doubled: total('doubled'),
      torn: total('torn'),
    };
  }

  /**
   * Compares what every client saw with the database; those that are behind get a while.
   *
   * @param patience milliseconds
   */
  async judge(database: pg.Client, patience: number): Promise<Judgement> {
    const deadline = Date.now() + patience;
    for (;;) {
      const order: Order = { name: 'judge', truth: [...(await readTruth(database))] };
      const judgements = (await this.#everyone(order)).map((judgement) => JUDGEMENT_SCHEMA.parse(judgement));
      const judgement = {
        behind: sum(judgements.map(({ behind }) => behind)),
        wrong: sum(judgements.map(({ wrong }) => wrong)),
      };
      if ((judgement.behind === 0 && judgement.wrong === 0) || Date.now() > deadline) return judgement;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  end(): void {
    for (const { child } of this.#all) child.disconnect();
  }

  #everyone(order: Order): Promise<unknown[]> {
    return Promise.all(this.#all.map((generator) => generator.order(order)));
  }
}
