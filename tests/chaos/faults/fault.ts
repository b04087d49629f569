import type { Transport } from '../clients/transports';
import type { World, WorldKind } from '../world';

/** What an injection left behind. */
export interface Injected {
  /** moment (`performance.now()`) when the cause was over: from here on the service has its time to be back */
  since: number;
  /** what was not as it must be, each in one line */
  failures?: string[];
}

/** How often a fault occurs in each world. */
export type Counts = Partial<Record<WorldKind, number>>;

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  /** how the table says it */
  readonly title: string;
  readonly quick: Counts;
  readonly full: Counts;
  /** why this machine cannot do it; undefined when it can */
  impossible?(): Promise<string | undefined>;
  /**
   * Does it, and undoes it where it does not end by itself.
   *
   * @param random the plan's generator for this one occurrence
   */
  inject(world: World, random: () => number): Promise<Injected>;
}

/** Everything is over now. */
export function now(failures: string[] = []): Injected {
  return { since: performance.now(), failures };
}

/** One of several. */
export function choose<T>(list: readonly T[], random: () => number): T {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new Error('Nothing to choose from');
  return item;
}

/** Transports that keep a connection. */
export const SOCKETS = ['socket.io', 'plain'] as const satisfies Transport[];
