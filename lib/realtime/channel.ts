import { changesSince } from '../chat/history';
import type { Message, User } from '../contracts/entities';
import { CLOSE_CODES } from '../contracts/facts';
import { log } from '../log';
import type { Audience } from './audience';
import type { Connection } from './connection';
import { type Frame } from './frame';
import { isContiguous, sequenced, type Sequenced } from './sequenced';
import { Presence } from './presence';
import { Typing } from './typing';

/** Milliseconds that a fact waits for one with a lower revision, published a moment later by another of our connections. */
const REORDER_MS = 100;
/** Milliseconds until a gap is looked for again that could not be read: the database is away. */
const RETRY_MS = 500;
/** Changes read from the database at a time when facts were lost. */
const REFILL = 500;

/** Commits that a room remembers: those that take place while one snapshot is read and sent here, or one more is read. */
const RECENT = 8;

/** One connection's part in a channel: first it only gathers, then, once its snapshot is answered, it hears what lies above it. */
export class Subscription {
  readonly connection: Connection;
  readonly channel: Channel;
  #floor = 0;
  #queue: Sequenced[] | null = [];
  #ended = false;
  #arrived = false;
  /** the last revision that was told before it began to gather; null where nobody knew */
  #begun: number | null;

  constructor(channel: Channel, connection: Connection) {
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

  /** Opens the tap: facts above the snapshot's revision flow from here on. Harmless if it was cancelled meanwhile. */
  open(revision: number): void {
    if (this.#ended) return;
    this.channel.startAt(revision);
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

/** A room as this process's connections hear it: its changes in order of revision, each once, without a gap. */
export class Channel implements Audience {
  readonly roomId: number;
  name: string;
  readonly subscriptions = new Map<Connection, Subscription>();
  readonly presence = new Presence(this);
  readonly typing = new Typing(this);
  #told: number | null = null;
  /** the last of what was told */
  #recent: Sequenced[] = [];
  /** what came too early, by its first revision */
  readonly #early = new Map<number, Sequenced>();
  #timer: NodeJS.Timeout | undefined;
  #refilling = false;
  /** counts the reasons to look: what was read before the last of them may be older than it */
  #asked = 0;

  constructor(roomId: number, name: string) {
    this.roomId = roomId;
    this.name = name;
  }

  /** The last revision that was told; null until the first snapshot says where to start. */
  get told(): number | null {
    return this.#told;
  }

  /** Lets go of what {@link toldBetween} would tell again: ten thousand quiet rooms would keep it for nothing. */
  forget(): void {
    this.#recent.length = 0;
  }

  /**
   * What was told of late.
   *
   * @returns what lies above a revision, up to one that was told; null where that was too long ago
   */
  toldBetween(revision: number, told: number): Sequenced[] | null {
    if (told <= revision) return [];
    const missed = this.#recent.filter(({ first, last }) => last > revision && first <= told);
    return missed[0] && missed[0].first <= revision + 1 ? missed : null;
  }

  startAt(revision: number): void {
    if (this.#told !== null) return;
    this.#told = revision;
    this.#advance();
  }

  /** Takes a change as it was published, in any order. */
  receive(fact: Sequenced): void {
    if (this.#told !== null && fact.last <= this.#told) return;
    this.#early.set(fact.first, fact);
    this.#advance();
  }

  /** Whether a change up to this revision was never told here. */
  isBehind(revision: number): boolean {
    return this.#told !== null && this.#told < revision;
  }

  /** Compares with the database: something was committed, or perhaps was, and not published. */
  reconcile(): void {
    void this.#refill();
  }

  /** Tells something that is not in the room's log to everyone here, except one user's connections. */
  broadcast(frame: Frame, exceptUserId?: number): void {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.isOpen && subscription.connection.actor.id !== exceptUserId) subscription.connection.send(frame);
    }
  }

  /** Who hears the room here. */
  audience(): User[] {
    const users = new Map<number, User>();
    for (const { isOpen, connection } of this.subscriptions.values()) {
      const { id, username } = connection.actor;
      if (isOpen) users.set(id, { id, username });
    }
    return [...users.values()];
  }

  close(): void {
    clearTimeout(this.#timer);
    this.presence.close();
    this.typing.close();
  }

  #advance(): void {
    if (this.#told === null) return;
    for (const [first, early] of this.#early) if (early.last <= this.#told) this.#early.delete(first);
    for (let next = this.#next(this.#told); next; next = this.#next(this.#told)) {
      this.#tell(next.first <= this.#told ? next.above(this.#told) : next);
    }
    if (this.#early.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else this.#timer ??= setTimeout(() => void this.#refill(), REORDER_MS);
  }

  #next(told: number): Sequenced | undefined {
    const exact = this.#early.get(told + 1);
    if (exact) {
      this.#early.delete(told + 1);
      return exact;
    }
    for (const [first, fact] of this.#early) {
      if (first <= told && fact.last > told) {
        this.#early.delete(first);
        return fact;
      }
    }
    return undefined;
  }

  #tell(fact: Sequenced): void {
    this.#told = fact.last;
    if (this.#recent.push(fact) > RECENT) this.#recent.shift();
    for (const subscription of this.subscriptions.values()) subscription.deliver(fact);
  }

  /** Reads what was never published. What was changed again since is told no more: then everyone catches up instead. */
  async #refill(): Promise<void> {
    this.#timer = undefined;
    if (this.#told === null) return;
    const asked = ++this.#asked;
    if (this.#refilling) return;
    this.#refilling = true;
    try {
      const changes = await changesSince(this.roomId, this.#told, REFILL);
      const fresh = changes.filter((message) => message.revision > (this.#told ?? 0));
      if (!isContiguous(fresh, this.#told)) this.#startOver();
      else for (const message of fresh) this.#tell(factOf(this, message));
      if (changes.length === REFILL) this.#asked++;
    } catch (error) {
      log.warn({ err: error, roomId: this.roomId }, 'a gap in a room could not be read yet');
      if (this.subscriptions.size > 0) this.#timer ??= setTimeout(() => void this.#refill(), RETRY_MS);
      return;
    } finally {
      this.#refilling = false;
    }
    if (this.#asked > asked) void this.#refill();
    this.#advance();
  }

  #startOver(): void {
    this.#told = null;
    this.#recent = [];
    this.#early.clear();
    for (const connection of [...this.subscriptions.keys()]) connection.close(CLOSE_CODES.goingAway, 0);
  }
}

function factOf(channel: Channel, message: Message): Sequenced {
  const created = message.editedAt === null && message.deletedAt === null;
  return sequenced(created ? 'messages:created' : 'message:updated', channel, [message]);
}
