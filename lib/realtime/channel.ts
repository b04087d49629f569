import { changesSince, lookOf, type RoomProgress } from '../chat/history';
import type { Message, Room, User } from '../contracts/entities';
import { CLOSE_CODES } from '../contracts/facts';
import { log } from '../log';
import { metrics } from '../metrics';
import type { Audience } from './audience';
import type { Connection } from './connection';
import { type Frame } from './frame';
import { Gate } from './gate';
import { returnSpread } from './return-spread';
import { isContiguous, sequenced, type Sequenced } from './sequenced';
import { Presence } from './presence';
import type { Subscription } from './subscription';
import { Typing } from './typing';

/** Milliseconds that a fact waits for one with a lower revision, published a moment later by another of our connections. */
const REORDER_MS = 100;
/** Milliseconds until a gap is looked for again that could not be read: the database is away. */
const RETRY_MS = 500;
/** Changes read from the database at a time when facts were lost. */
const REFILL = 500;

/** Commits that a room remembers: those that take place while one snapshot is read and sent here, or one more is read. */
const RECENT = 8;

/** Who is told of what becomes of those who hear a room. */
interface Hooks {
  /** somebody hears it without being its member any more: has to end that */
  left: (user: User) => void;
  /** somebody's first connection came here, or their last one went */
  moved: (user: User, isHere: boolean) => void;
}

/** A room as this process's connections hear it: its changes in order of revision, each once, without a gap. */
export class Channel implements Audience {
  readonly roomId: number;
  name: string;
  readonly subscriptions = new Map<Connection, Subscription>();
  readonly presence: Presence;
  readonly typing = new Typing(this);
  #told: number | null = null;
  #start = 0;
  /** the last of what was told */
  #recent: Sequenced[] = [];
  /** what came too early, by its first revision */
  readonly #early = new Map<number, Sequenced>();
  #timer: NodeJS.Timeout | undefined;
  #refilling = false;
  /** counts the reasons to look: what was read before the last of them may be older than it */
  #asked = 0;
  /** as everyone here was told the room itself; null where nobody knows */
  #look: string | null = null;
  readonly #gate: Gate;

  constructor(roomId: number, name: string, hooks: Hooks) {
    this.roomId = roomId;
    this.name = name;
    this.#gate = new Gate(roomId, {
      here: () => [...this.subscriptions.keys()].map(({ actor }) => actor),
      left: hooks.left,
      cleared: () => this.#advance(),
    });
    this.presence = new Presence(this, hooks.moved);
  }

  /** Notes what everyone sees of the room by now. */
  update(room: Room): void {
    this.name = room.name;
    this.#look = lookOf(room);
  }

  /** Stands for what everyone here was told of the room itself. */
  get look(): string | null {
    return this.#look;
  }

  /** Whether the room itself is another than everyone here was told. */
  differs({ name, look }: RoomProgress): boolean {
    const differs = this.#look === null ? name !== this.name : look !== this.#look;
    this.#look ??= look;
    return differs;
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

  /** The revision that it began at: of nothing up to there was anybody told. */
  get start(): number {
    return this.#start;
  }

  /** Begins to tell what lies above a revision, unless it has begun. */
  startAt(revision: number): void {
    if (this.#told !== null) return;
    this.#told = revision;
    this.#start = revision;
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

  /** Learns how often the room was closed to somebody: whoever may not hear it any more is let go. */
  learn(closings: number): void {
    this.#gate.admits(closings);
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

  close(): void {
    clearTimeout(this.#timer);
    this.presence.close();
    this.typing.close();
  }

  #advance(): void {
    if (this.#told === null) return;
    for (const [first, early] of this.#early) if (early.last <= this.#told) this.#early.delete(first);
    for (let next = this.#next(this.#told); next; next = this.#next(this.#told)) {
      if (!this.#gate.admits(next.closings)) {
        this.#early.set(next.first, next);
        return;
      }
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
    metrics().deliveries += this.subscriptions.size * fact.frames().length;
  }

  /** Reads what was never published. What was changed again since is told no more: then everyone catches up instead. */
  async #refill(): Promise<void> {
    this.#timer = undefined;
    if (this.#told === null) return;
    const asked = ++this.#asked;
    if (this.#refilling) return;
    this.#refilling = true;
    try {
      const { messages, closings } = await changesSince(this.roomId, this.#told, REFILL);
      const fresh = messages.filter((message) => message.revision > (this.#told ?? 0));
      if (!isContiguous(fresh, this.#told)) this.#startOver();
      else for (const message of fresh) this.#early.set(message.revision, factOf(this, message, closings));
      if (messages.length === REFILL) this.#asked++;
    } catch (error) {
      log.warn({ err: error, roomId: this.roomId }, 'a gap in a room could not be read yet');
      if (this.subscriptions.size > 0) this.#timer ??= setTimeout(() => void this.#refill(), RETRY_MS);
      return;
    } finally {
      this.#refilling = false;
    }
    this.#advance();
    if (this.#asked > asked) void this.#refill();
  }

  #startOver(): void {
    this.#told = null;
    this.#recent = [];
    this.#early.clear();
    const connections = [...this.subscriptions.keys()];
    const spread = returnSpread(connections.length);
    for (const connection of connections) connection.close(CLOSE_CODES.goingAway, Math.round(Math.random() * spread));
  }
}

function factOf(channel: Channel, message: Message, closings: number): Sequenced {
  const created = message.editedAt === null && message.deletedAt === null;
  return sequenced(created ? 'messages:created' : 'message:updated', channel, [message], closings);
}
