import { hearersOf } from '../chat/hearers';
import { noteClosing } from '../chat/closings';
import type { User } from '../contracts/entities';
import { log } from '../log';

/** Milliseconds until the database is asked again that could not be. */
const RETRY_MS = 500;

/** What a gate asks of its channel, and tells it. */
interface Hooks {
  /** who hears the room here, or is about to */
  here: () => readonly User[];
  /** one of them is no member any more: has to end that */
  left: (user: User) => void;
  /** what was held back may be told now, or be asked about again */
  cleared: () => void;
}

/**
 * Who is removed from a room on another node may be connected here, and word of it may come late, or never. What is committed in a room
 * carries how often the room had been closed to somebody by then; a count above the one that is known here is held back until the database has
 * said who may still hear it.
 */
export class Gate {
  readonly #roomId: number;
  readonly #hooks: Hooks;
  /** the closings that are known here: as long as there was none, everybody is rightly here */
  #cleared = 0;
  #noted = 0;
  #clearing = false;

  constructor(roomId: number, hooks: Hooks) {
    this.#roomId = roomId;
    this.#hooks = hooks;
  }

  /**
   * Whether everyone who hears the room here may hear what was committed under this count. If that is not known, it is asked, and
   * `cleared` follows.
   */
  admits(closings: number): boolean {
    if (closings <= this.#cleared) return true;
    this.#note(closings);
    void this.#clear();
    return false;
  }

  /** Who is being let in at this moment was perhaps a member when that was asked. */
  #note(closings: number): void {
    if (closings <= this.#noted) return;
    this.#noted = closings;
    noteClosing(this.#roomId);
  }

  async #clear(): Promise<void> {
    if (this.#clearing) return;
    this.#clearing = true;
    const users = new Map(this.#hooks.here().map((user) => [user.id, user]));
    try {
      const hearers = await hearersOf({ roomId: this.#roomId, userIds: [...users.keys()] });
      // A room that is gone has nothing more to tell, and whoever deleted it tells that.
      if (!hearers) return;
      for (const { id, username } of users.values()) {
        if (!hearers.memberIds.has(id)) this.#hooks.left({ id, username });
      }
      this.#note(hearers.closings);
      // Whoever came while that was asked may have been let in before a closing that the answer knows of: asked once more.
      if (this.#hooks.here().every(({ id }) => users.has(id))) this.#cleared = hearers.closings;
    } catch (error) {
      log.warn({ err: error, roomId: this.#roomId }, 'who may hear a room could not be asked yet');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    } finally {
      this.#clearing = false;
    }
    if (this.#hooks.here().length > 0) this.#hooks.cleared();
  }
}
