import { changedSince, type Standing } from '../auth/standing';
import { activeRooms, progressOf, type RoomProgress } from '../chat/history';
import { log } from '../log';
import type { Activity } from './activity';
import type { Hub } from './hub';

/**
 * Milliseconds between two comparisons of the rooms here with the database: with the time that a gap takes to be read, and a
 * failed attempt, below the ten seconds within which a lost hint may be noticed.
 */
const ROUND_MS = 4_000;
/** Milliseconds that a commit may take from the database to the fan-out: until then its absence means nothing. */
const GRACE_MS = 200;

/** Who is told of what the patrol finds. */
interface Hooks {
  /** a room that somebody here has joined is no longer in the database */
  onGone(roomId: number): void;
  /** a room that somebody here has joined has another name, topic, visibility or owner than they were told */
  onChanged(roomId: number): Promise<void>;
  /** a session with connections here has ended, or its account is another than they were told */
  onStanding(standing: Standing): void;
}

/**
 * Publication is a hint, the database is the truth. What was committed and never published (the server that wrote it was killed, the
 * answer to its commit was lost, Redis is away, somebody changed it by hand) is found here, for all rooms with one small query.
 */
export class Patrol {
  readonly #hub: Hub;
  readonly #activity: Activity;
  readonly #hooks: Hooks;
  readonly #several: boolean;
  readonly #timer: NodeJS.Timeout;
  /** rooms with a commit whose publication may be missing, whether anybody is in them or not */
  readonly #suspects = new Set<number>();
  #walking = false;
  #again = false;

  /** @param several whether other nodes change things too: then what only they may have published is looked for as well */
  constructor(hub: Hub, activity: Activity, hooks: Hooks, several: boolean) {
    this.#hub = hub;
    this.#activity = activity;
    this.#hooks = hooks;
    this.#several = several;
    this.#timer = setInterval(() => void this.#walk(), ROUND_MS).unref();
  }

  /** Looks at a room now, and again if the database cannot be asked. */
  suspect(roomId: number): void {
    this.#suspects.add(roomId);
    this.#hub.channel(roomId)?.reconcile();
    void this.#walk();
  }

  /** Looks at everything now. */
  suspectAll(): void {
    this.#again = true;
    void this.#walk();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #walk(): Promise<void> {
    if (this.#walking) return;
    this.#walking = true;
    try {
      do {
        this.#again = false;
        await this.#round();
      } while (this.#isAsked());
    } catch (error) {
      log.debug({ err: error }, 'the rooms could not be compared with the database');
    } finally {
      this.#walking = false;
    }
  }

  /** Asked anew: it may have changed while something was waited for. */
  #isAsked(): boolean {
    return this.#again;
  }

  async #round(): Promise<void> {
    const suspects = [...this.#suspects];
    const joined = [...this.#hub.roomIds()];
    const roomIds = [...new Set([...joined, ...suspects])];
    const looks = new Map(joined.map((roomId) => [roomId, this.#hub.channel(roomId)?.look]));
    const rooms = roomIds.length === 0 ? [] : await progressOf(roomIds);
    const elsewhere = this.#several ? await this.#askOthers() : [];
    for (const roomId of suspects) this.#suspects.delete(roomId);
    if (rooms.length + elsewhere.length + joined.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref());
    for (const room of rooms) this.#compare(room, suspects.includes(room.roomId));
    for (const { roomId, name, lastSeq } of elsewhere)
      if (!this.#activity.knows(roomId, lastSeq)) this.#activity.touch(roomId, name, lastSeq);
    const standing = new Set(rooms.map(({ roomId }) => roomId));
    for (const roomId of joined) if (!standing.has(roomId)) this.#hooks.onGone(roomId);
    for (const room of rooms) {
      const channel = this.#hub.channel(room.roomId);
      // What was told meanwhile is newer than what was read.
      if (channel && channel.look === looks.get(room.roomId) && channel.differs(room))
        await this.#hooks.onChanged(room.roomId);
    }
  }

  #compare({ roomId, name, lastSeq, revision, closings }: RoomProgress, isSuspect: boolean): void {
    const channel = this.#hub.channel(roomId);
    channel?.forget();
    channel?.learn(closings);
    const behind = channel?.isBehind(revision) ?? false;
    if (behind) channel?.reconcile();
    if (behind || isSuspect) this.#activity.touch(roomId, name, lastSeq);
  }

  /** What this process would know of by itself if it were the only one. */
  async #askOthers(): Promise<Awaited<ReturnType<typeof activeRooms>>> {
    const sessions = new Map([...this.#hub.connections()].map(({ actor }) => [actor.sessionId, actor]));
    for (const standing of await changedSince([...sessions.values()])) this.#hooks.onStanding(standing);
    return sessions.size === 0 ? [] : activeRooms();
  }
}
