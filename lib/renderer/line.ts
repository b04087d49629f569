import type { BusEvent } from '../bus';
import type { LimitName } from '../limits';
import type { MetricList } from '../metrics-process';

/* What the service and its renderer say to each other. Both are of one build, and nobody else is on the line. */

/** What the renderer asks, and what an answer of the service refers to. */
export type Question =
  /** counts a use; the answer is what `Counters.consume` gives */
  | { kind: 'consume'; name: LimitName; key: string | number; points: number }
  /** whether every closing so far was told: the answer comes after them */
  | { kind: 'closings' };

export type FromRenderer =
  /** it makes pages from now on */
  | { kind: 'ready' }
  | { kind: 'event'; event: BusEvent }
  | { kind: 'refund'; name: LimitName; key: string | number; points: number }
  /** answers what the service asked under this number */
  | { kind: 'metrics'; id: number; metrics: MetricList }
  | (Question & { id: number });

export type ToRenderer =
  /** the database is ready to be used */
  | { kind: 'database'; url: string }
  /** a room was closed to somebody */
  | { kind: 'closing'; roomId: number }
  | { kind: 'answer'; id: number; value: number }
  /** asks for the metrics of its process */
  | { kind: 'metrics'; id: number }
  /** to finish, and to end */
  | { kind: 'stop' };
