import type { Run } from '../load/orders';

/** Whether everything that was sent came everywhere, once and in order, in all measurements of a subject. */
export interface Correctness {
  runs: number;
  deliveries: number;
  /** in measurements that the server bore */
  missing: number;
  doubled: number;
  reordered: number;
  /** in measurements beyond what it bears: what had not come when the patience was over */
  late: number;
  /** connections that ended unasked, by reason */
  lost: Record<string, number>;
}

/** Figures by scenario, subject and measure: one of each round. */
export type Figures = Record<string, Record<string, Record<string, number[]>>>;

/** Everything that was measured. */
export class Results {
  readonly figures: Figures = {};
  readonly correctness: Record<string, Correctness> = {};
  /** what has to be known to read the figures */
  readonly notes: string[] = [];

  add(scenario: string, subject: string, measures: Record<string, number>): void {
    const ofSubject = ((this.figures[scenario] ??= {})[subject] ??= {});
    for (const [measure, value] of Object.entries(measures)) (ofSubject[measure] ??= []).push(value);
  }

  /** @param borne whether the server bore what was asked of it */
  check(subject: string, run: Run, borne: boolean): void {
    const sums = (this.correctness[subject] ??= {
      runs: 0,
      deliveries: 0,
      missing: 0,
      doubled: 0,
      reordered: 0,
      late: 0,
      lost: {},
    });
    sums.runs++;
    sums.deliveries += run.deliveries;
    sums.doubled += run.doubled;
    sums.reordered += run.reordered;
    if (borne) sums.missing += run.missing;
    else sums.late += run.missing;
    for (const [reason, count] of run.lost) sums.lost[reason] = (sums.lost[reason] ?? 0) + count;
  }

  /** Notes something once. */
  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }
}

/** The middle one, or the mean of the two in the middle; `NaN` of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
