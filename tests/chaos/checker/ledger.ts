import { ofKey } from './tags';

/** One message that a writer sent, and everything the writer knows of it. Ticks count the harness's events, from 1. */
export interface Draft {
  readonly writer: number;
  readonly number: number;
  /** index of the room in the harness's list */
  readonly room: number;
  /** tick of the first attempt */
  sent: number;
  attempts: number;
  /** the connection of the only attempt; 0 once there was a second */
  line: number;
  /** tick of the acknowledgement; 0 without one */
  acked: number;
  seq: number;
  editsSent: number;
  editAcked: number;
  deleteSent: boolean;
  deleteAcked: boolean;
}

/** What the senders know: every message before it is sent, and every acknowledgement. */
export class Ledger {
  readonly #drafts: Draft[][] = [];
  readonly #users: number[] = [];
  #tick = 0;
  acknowledged = 0;

  /** Adds a writer. @param user id of the account @returns the writer's number */
  addWriter(user: number): number {
    this.#users.push(user);
    return this.#drafts.push([]) - 1;
  }

  /** Notes a message that is about to be sent for the first time. */
  begin(writer: number, room: number): Draft {
    const drafts = this.#drafts[writer];
    if (!drafts) throw new Error(`There is no writer ${writer}`);
    const draft: Draft = {
      writer,
      number: drafts.length,
      room,
      sent: 0,
      attempts: 0,
      line: 0,
      acked: 0,
      seq: 0,
      editsSent: 0,
      editAcked: 0,
      deleteSent: false,
      deleteAcked: false,
    };
    drafts.push(draft);
    return draft;
  }

  /** Notes an attempt. @param line number of the connection, from 1 */
  attempt(draft: Draft, line: number): void {
    if (draft.attempts++ === 0) {
      draft.sent = ++this.#tick;
      draft.line = line;
    } else draft.line = 0;
  }

  /** Notes an acknowledgement. @returns the place that an earlier one named, where it was another; else null */
  acknowledge(draft: Draft, seq: number): number | null {
    if (draft.acked > 0) return draft.seq === seq ? null : draft.seq;
    draft.acked = ++this.#tick;
    draft.seq = seq;
    this.acknowledged++;
    return null;
  }

  /** The message behind a key, if it was sent. */
  find(key: number): Draft | undefined {
    const { writer, number } = ofKey(key);
    const draft = this.#drafts[writer]?.[number];
    return draft && draft.attempts > 0 ? draft : undefined;
  }

  /** The account of a writer. */
  userOf(writer: number): number | undefined {
    return this.#users[writer];
  }

  get writers(): readonly (readonly Draft[])[] {
    return this.#drafts;
  }
}

/** How reports name a message. */
export function nameOf(draft: Pick<Draft, 'writer' | 'number'>): string {
  return `w${draft.writer}.${draft.number}`;
}
