import type { Audience } from './audience';
import type { Connection } from './connection';
import type { Presence } from './presence';
import type { Sequenced } from './sequenced';

/** What a subscription is to: a channel. */
interface Tap extends Audience {
  readonly presence: Presence;
  readonly told: number | null;
  readonly start: number;
  toldBetween(revision: number, told: number): Sequenced[] | null;
  startAt(revision: number): void;
}

/** One connection's part in a channel: first it only gathers, then, once its snapshot is answered, it hears what lies above it. */
export class Subscription {
  readonly connection: Connection;
  readonly channel: Tap;
  #floor = 0;
  #queue: Sequenced[] | null = [];
  #ended = false;
  #arrived = false;
  /** the last revision that was told before it began to gather; null where nobody knew */
  #begun: number | null;

  constructor(channel: Tap, connection: Connection) {
    this.channel = channel;
    this.connection = connection;
    this.#begun = channel.told;
  }

  /**
   * Gathers what was told after a snapshot was taken, and before this began to gather.
   *
   * @returns whether that is known: else the snapshot is too old
   */
  follows(revision: number): boolean {
    const missed = this.#begun === null ? null : this.channel.toldBetween(revision, this.#begun);
    if (missed) this.#queue = [...missed, ...(this.#queue ?? [])];
    return missed !== null;
  }

  /**
   * Has a channel that nobody has heard yet begin at a snapshot, which was taken since this began to gather.
   *
   * @returns whether what is gathered follows the snapshot: a channel that began with a later one, of somebody else, tells nothing older
   */
  begin(revision: number): boolean {
    if (this.#ended) return true;
    this.channel.startAt(revision);
    return revision >= (this.#begun ?? this.channel.start);
  }

  /** Nothing more goes out, whatever is still on its way in. */
  end(): void {
    this.#ended = true;
    if (this.#arrived) this.channel.presence.depart(this.connection);
  }

  /** Back to gathering: the connection joins again. */
  regather(): void {
    if (this.#queue) return;
    this.#queue = [];
    this.#begun = this.channel.told;
  }

  /** Opens the tap: facts above the revision of its {@link snapshotFor snapshot} flow from here on. Harmless if it was cancelled meanwhile. */
  open(revision: number): void {
    if (this.#ended) return;
    const queue = this.#queue ?? [];
    this.#floor = revision;
    this.#queue = null;
    for (const fact of queue) this.deliver(fact);
    const { presence } = this.channel;
    if (!this.#arrived) presence.arrive(this.connection);
    this.#arrived = true;
    presence.greet(this.connection);
  }

  /** A second join failed: on as before it. */
  resume(): void {
    if (this.#ended) return;
    const queue = this.#queue ?? [];
    this.#queue = null;
    for (const fact of queue) this.deliver(fact);
  }

  deliver(fact: Sequenced): void {
    if (this.#queue) this.#queue.push(fact);
    else if (fact.first > this.#floor) for (const frame of fact.frames()) this.connection.send(frame);
    else if (fact.last > this.#floor) for (const frame of fact.above(this.#floor).frames()) this.connection.send(frame);
  }

  /** Whether facts flow; while it gathers, what is not sequenced (presence, typing) does not concern it yet. */
  get isOpen(): boolean {
    return this.#queue === null;
  }
}
