import { KINDS, Violations } from './checker/violations';
import { reportOf, type Report, type Row } from './report';
import type { FaultRecord } from './stage';
import type { World } from './world';

/** Milliseconds: 25 s between pings, 20 s for the answer, and 5 more. */
const GHOST = 50_000;
/** Milliseconds that a reader who stands still may be kept. */
const LET_GO = 30_000;
/** What the log says at level error because of what was done to the service. */
const EXPLAINED =
  /^(?:The embedded PostgreSQL has ended; starting it again|The embedded PostgreSQL cannot be restarted|the disk of the database is full)$/;
/** Failures of one fault that are told. */
const EXAMPLES = 5;

const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`;

const list = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([words, count]) => `${count} × ${words}`).join('; ') || 'none';

function add(into: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [words, count] of from) into.set(words, (into.get(words) ?? 0) + count);
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `median ${seconds(sorted[Math.floor(sorted.length / 2)] ?? 0)}, slowest ${seconds(sorted.at(-1) ?? 0)}`;
}

const atLeast = (measure: string, count: number, least: number): Row => ({
  measure,
  goal: `at least ${least}`,
  figure: String(count),
  good: count >= least,
});

/** Everything that the worlds of one run add up to. */
export class Tally {
  /** by the fault's name */
  readonly faults = new Map<string, FaultRecord>();
  /** faults that this machine cannot do, and why */
  readonly impossible = new Map<string, string>();
  readonly violations = new Violations();
  readonly #oddities = new Map<string, number>();
  readonly #complaints = new Map<string, number>();
  readonly #ghosts: number[] = [];
  readonly #letGo: number[] = [];
  #acknowledged = 0;
  #refusals = 0;
  #deaths = 0;

  /** Adds what a world came to. It is closed. */
  take({ scene, cast, cluster, ghosts, letGo }: World): void {
    this.#acknowledged += scene.ledger.acknowledged;
    this.#refusals += cast.outsiders.reduce((sum, outsider) => sum + outsider.refusals, 0);
    for (const service of cluster.services) {
      this.#deaths += service.deaths;
      add(this.#complaints, service.complaints);
    }
    this.violations.merge(scene.violations);
    add(this.#oddities, scene.oddities);
    this.#ghosts.push(...ghosts);
    this.#letGo.push(...letGo);
  }

  /** Examples of what went wrong, one a line. */
  details(): string[] {
    return [
      ...this.violations.kinds.flatMap((kind) =>
        this.violations.examples(kind).map((example) => `${kind}: ${example}`),
      ),
      ...[...this.faults.values()].flatMap(({ title, failures }) =>
        failures.slice(0, EXAMPLES).map((failure) => `${title}: ${failure}`),
      ),
    ];
  }

  /**
   * @param took milliseconds
   * @param goals how many acknowledged messages and faults there have to be, for the figures to mean something
   */
  report(title: string, took: number, goals: { acknowledged: number; faults: number }): Report {
    const faults = [...this.faults.values()].reduce((sum, { back }) => sum + back.length, 0);
    return reportOf(`${title}, ${(took / 60_000).toFixed(1)} min`, [
      atLeast('acknowledged messages', this.#acknowledged, goals.acknowledged),
      atLeast('faults', faults, goals.faults),
      ...KINDS.map((kind) => this.#violated(kind)),
      ...this.#others(),
      ...[...this.faults.values()].map(({ title: measure, back, failures }) => ({
        measure: `${back.length} × ${measure}`,
        goal: 'back within 10 s',
        figure: spread(back),
        good: failures.length === 0 && back.length > 0,
      })),
      ...[...this.impossible.values()].map((why) => ({ measure: 'not possible here', goal: '', figure: why })),
    ]);
  }

  #violated(kind: (typeof KINDS)[number]): Row {
    const count = this.violations.count(kind);
    return { measure: kind, goal: '0', figure: String(count), good: count === 0 };
  }

  #complained(explained: boolean): Map<string, number> {
    return new Map([...this.#complaints].filter(([words]) => EXPLAINED.test(words) === explained));
  }

  #others(): Row[] {
    const timed = (measure: string, times: readonly number[], most: number): Row[] =>
      times.length === 0
        ? []
        : [
            {
              measure: `${times.length} × ${measure}`,
              goal: `within ${most / 1_000} s`,
              figure: spread(times),
              good: times.every((time) => time <= most),
            },
          ];
    return [
      { measure: 'attempts of removed members that were refused', goal: '', figure: String(this.#refusals) },
      {
        measure: 'answers nobody should get',
        goal: 'none',
        figure: list(this.#oddities),
        good: this.#oddities.size === 0,
      },
      { measure: 'processes that ended unasked', goal: '0', figure: String(this.#deaths), good: this.#deaths === 0 },
      { measure: 'errors in the log that a fault explains', goal: '', figure: list(this.#complained(true)) },
      {
        measure: 'errors in the log that no fault explains',
        goal: 'none',
        figure: list(this.#complained(false)),
        good: this.#complained(false).size === 0,
      },
      ...timed('a half-open connection let go', this.#ghosts, GHOST),
      ...timed('a reader that stands still let go', this.#letGo, LET_GO),
    ];
  }
}
