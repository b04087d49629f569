import type { Person, World } from './world';
import type { Random } from './random';

export const KIND_NAMES = ['http', 'engineio', 'socketio', 'websocket', 'naughty'] as const;
export type KindName = (typeof KIND_NAMES)[number];

/** One case, as its kind sees it. */
export interface Case {
  index: number;
  /** the run's */
  seed: number;
  random: Random;
  world: World;
  /** who attacks; nobody else uses this account, and it may be spoilt */
  attacker: Person;
  /** counts an answer under its class */
  count(answer: string): void;
  /** reports what the service must not do */
  found(what: string, evidence: Buffer | string): void;
}

/** One way of attacking. */
export interface Kind {
  name: KindName;
  cases: { quick: number; full: number };
  /** cases under way at once */
  atOnce: number;
  run(one: Case): Promise<void>;
}
