import { randomUUID } from 'node:crypto';
import { bus } from '../bus';
import { noteClosing } from '../chat/closings';
import type { Counters } from '../limits';
import { log } from '../log';
import { metrics } from '../metrics';
import { sharedCounters } from './counters';
import { isShared, type Entry, type SharedEvent } from './entry';
import { Link } from './link';
import { Peers } from './peers';
import { Reader } from './reader';
import { Sender } from './sender';

/** Milliseconds between two signs of life: whoever missed the last thing that was said learns of it by the next. */
const BEAT_MS = 2_000;

/** What answers must know that were read here while a room was closed to somebody elsewhere, see `lib/chat/closings.ts`. */
function noteForeignClosing(event: SharedEvent): void {
  if (event.type === 'member:removed') noteClosing(event.roomId);
  if (event.type === 'room:updated' && event.room.visibility === 'private') noteClosing(event.room.id);
}

/**
 * Ties this node's bus to those of the others, by one stream in Redis. All of it is a hint: what does not come, or cannot be said, is found
 * in the database (`lib/realtime/patrol.ts`).
 */
export class Nodes {
  readonly #id = randomUUID();
  readonly #peers = new Peers();
  readonly #link: Link;
  readonly #sender: Sender;
  readonly #reader: Reader;
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  /** @param url of Redis */
  constructor(url: string) {
    this.#link = new Link(url);
    this.#sender = new Sender(this.#link, this.#id);
    this.#reader = new Reader(url, {
      take: (entry) => this.#take(entry),
      onLost: (error) =>
        log.warn({ err: error }, 'Redis is out of reach: other nodes are heard by way of the database alone'),
      onBack: () => {
        log.info('Other nodes are heard through Redis');
        this.#mayHaveMissed();
      },
    });
    this.#unsubscribe = bus().subscribe((event, from) => {
      if (from === undefined && isShared(event)) this.#sender.send(event);
    });
    metrics().redis = () => this.#reader.isConnected;
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  /** Counts uses for all nodes together. */
  counters(): Counters {
    return sharedCounters(this.#link);
  }

  /** Begins to hear the others: to be awaited before anybody is let in, so that nothing is missed that happens later. */
  async join(): Promise<void> {
    await this.#reader.begin();
  }

  /** Says what is still to be said, and ends. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#sender.send({ type: 'node:gone' });
    clearInterval(this.#timer);
    this.#reader.close();
    await this.#sender.close();
    this.#link.close();
  }

  #beat(): void {
    if (this.#peers.isIncomplete) this.#sender.send({ type: 'presence:asked' });
    else this.#sender.beat();
    for (const node of this.#peers.silent()) bus().publish({ type: 'node:gone' }, node);
  }

  #take({ node, n, events, unknown }: Entry): void {
    if (node === this.#id) return;
    const order = this.#peers.hear(node, n);
    if (order === 'again') return;
    for (const event of events) {
      noteForeignClosing(event);
      if (event.type === 'presence:told') this.#peers.told(node, event);
      if (event.type === 'node:gone') this.#peers.forget(node);
      try {
        bus().publish(event, node);
      } catch (error) {
        log.error({ err: error, event: event.type }, 'an event of another node could not be told');
      }
    }
    if (unknown > 0) log.debug({ unknown }, 'Another node says what this version does not know');
    if (order === 'next') return;
    this.#mayHaveMissed();
    this.#sender.send({ type: 'presence:asked' });
  }

  #mayHaveMissed(): void {
    bus().publish({ type: 'hints:lost' });
  }
}
