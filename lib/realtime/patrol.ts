import { progressOf } from '../chat/history';
import { memberIdsOf } from '../chat/memberships';
import type { User } from '../contracts/entities';
import { pool } from '../db';
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
  /** somebody who has joined a room here is no longer its member */
  onLeft(roomId: number, user: User): void;
}

/**
 * Publication is a hint, the database is the truth. What was committed and never published (the server that wrote it was killed, the
 * answer to its commit was lost, somebody changed it by hand) is found here, for all rooms with one small query.
 */
export class Patrol {
  readonly #hub: Hub;
  readonly #activity: Activity;
  readonly #hooks: Hooks;
  readonly #timer: NodeJS.Timeout;
  /** rooms with a commit whose publication may be missing, whether anybody is in them or not */
  readonly #suspects = new Set<number>();
  #walking = false;

  constructor(hub: Hub, activity: Activity, hooks: Hooks) {
    this.#hub = hub;
    this.#activity = activity;
    this.#hooks = hooks;
    this.#timer = setInterval(() => void this.#walk(), ROUND_MS).unref();
  }

  /** Looks at a room now, and again if the database cannot be asked. */
  suspect(roomId: number): void {
    this.#suspects.add(roomId);
    this.#hub.channel(roomId)?.reconcile();
    void this.#walk();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The commit of which nobody knows whether it took place may have been somebody's removal. */
  async #expel(roomId: number): Promise<void> {
    const here = this.#hub.channel(roomId)?.audience() ?? [];
    if (here.length === 0) return;
    const members = new Set(await memberIdsOf(pool(), roomId));
    for (const user of here) if (!members.has(user.id)) this.#hooks.onLeft(roomId, user);
  }

  async #walk(): Promise<void> {
    if (this.#walking) return;
    this.#walking = true;
    const suspects = [...this.#suspects];
    try {
      const joined = [...this.#hub.roomIds()];
      const roomIds = [...new Set([...joined, ...suspects])];
      if (roomIds.length === 0) return;
      const rooms = await progressOf(roomIds);
      for (const roomId of suspects) await this.#expel(roomId);
      for (const roomId of suspects) this.#suspects.delete(roomId);
      await new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref());
      for (const { roomId, name, lastSeq, revision } of rooms) {
        const channel = this.#hub.channel(roomId);
        channel?.forget();
        const behind = channel?.isBehind(revision) ?? false;
        if (behind) channel?.reconcile();
        if (behind || suspects.includes(roomId)) this.#activity.touch(roomId, name, lastSeq);
      }
      const standing = new Set(rooms.map(({ roomId }) => roomId));
      for (const roomId of joined) if (!standing.has(roomId)) this.#hooks.onGone(roomId);
    } catch (error) {
      log.debug({ err: error }, 'the rooms could not be compared with the database');
    } finally {
      this.#walking = false;
    }
  }
}
