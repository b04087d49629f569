import { Histogram } from './histogram';

/** What all receivers of one measurement heard, together. */
export class Tally {
  /** each receiver's copy of a message counts */
  deliveries = 0;
  /** copies that a receiver had had before */
  doubled = 0;
  /** copies that came after one of a greater `seq` */
  reordered = 0;
  /** messages of an earlier measurement: what an overloaded server said too late */
  stray = 0;
  /** milliseconds from when a message was due to when a receiver had it */
  readonly delivery = new Histogram();
  /** the same, to when the last receiver of its room had it */
  readonly last = new Histogram();
  /** milliseconds from when a message was due to its acknowledgement */
  readonly acknowledgement = new Histogram();
  /** milliseconds by which messages left later than they were due: the load generator's own fault */
  readonly lateness = new Histogram();
  acknowledged = 0;
  readonly refused = new Map<string, number>();

  refuse(code: string): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }

  clear(): void {
    this.deliveries = this.doubled = this.reordered = this.stray = this.acknowledged = 0;
    for (const histogram of [this.delivery, this.last, this.acknowledgement, this.lateness]) histogram.clear();
    this.refused.clear();
  }
}
