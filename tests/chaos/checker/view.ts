import type { Ledger } from './ledger';
import type { Observed, ObservedPage } from './observed';
import { ofKey, UNKNOWN } from './tags';
import { Timeline } from './timeline';
import type { Violations } from './violations';

/**
 * One reader's picture of one room, kept as the contract tells clients to: of each message the greater revision, and `since`
 * after every absence. What is wrong with a single connection's stream it says at once; the rest shows in the comparison.
 */
export class View {
  readonly name: string;
  /** index of the room in the harness's list */
  readonly room: number;
  readonly timeline = new Timeline();
  /** the first `seq` that this reader has to have; null before the first join */
  start: number | null = null;
  /** everything up to this revision is in the timeline: what to ask `since` of */
  safe = 0;
  /** the latest revision of this connection's stream; null while there is none */
  #live: number | null = null;
  #lastCreated = 0;
  #catchingUp = false;
  readonly #ledger: Ledger;
  readonly #violations: Violations;

  constructor(name: string, room: number, ledger: Ledger, violations: Violations) {
    this.name = name;
    this.room = room;
    this.#ledger = ledger;
    this.#violations = violations;
  }

  /** Whether facts flow and nothing older is missing. */
  get isCurrent(): boolean {
    return this.#live !== null && !this.#catchingUp;
  }

  /** Whether the last page said that there is more. */
  get hasMore(): boolean {
    return this.#catchingUp;
  }

  /**
   * Takes the answer to a join.
   *
   * @param since what it was asked with; undefined for the latest messages
   */
  join(page: ObservedPage, since: number | undefined): void {
    this.#live = page.revision;
    this.#lastCreated = page.lastSeq;
    if (since === undefined) this.#begin(page);
    else this.#continue(page, since);
  }

  /** Takes a further page `since` {@link View.safe}, of a reader who is joined or of one who only asks now and then. */
  list(page: ObservedPage): void {
    this.start ??= 1;
    this.#continue(page, this.safe);
  }

  /** Takes `messages:created`. */
  created(messages: Observed[]): void {
    for (const message of messages) {
      if (message.seq !== this.#lastCreated + 1) {
        const kind = message.seq <= this.#lastCreated ? 'doubled' : 'reordered';
        this.#complain(kind, `was told of message ${message.seq} as created after ${this.#lastCreated}`);
      }
      this.#lastCreated = message.seq;
      this.#hear(message);
    }
  }

  /** Takes `message:updated`. */
  updated(message: Observed): void {
    this.#hear(message);
  }

  /** The connection ended, or the room was left: no facts until the next join. */
  leave(): void {
    this.#live = null;
    this.#catchingUp = false;
  }

  #begin({ messages, lastSeq, revision }: ObservedPage): void {
    this.start ??= messages[0]?.seq ?? lastSeq + 1;
    if ((messages.at(-1)?.seq ?? lastSeq) !== lastSeq)
      this.#complain('unseen', `a latest page that ends before ${lastSeq}`);
    messages.forEach((message, index) => {
      if (index > 0 && message.seq !== (messages[index - 1]?.seq ?? 0) + 1) {
        this.#complain('reordered', `a latest page with ${messages[index - 1]?.seq} before ${message.seq}`);
      }
      this.#apply(message);
    });
    this.safe = Math.max(this.safe, revision);
    this.#catchingUp = false;
  }

  #continue({ messages, revision, hasMore }: ObservedPage, since: number): void {
    if (revision < since) this.#complain('lost', `the room is at revision ${revision} after it was at ${since}`);
    let last = since;
    for (const message of messages) {
      if (message.revision <= last || message.revision > revision) {
        this.#complain('reordered', `a page since ${since} has revision ${message.revision} after ${last}`);
      }
      last = message.revision;
      this.#apply(message);
    }
    if (hasMore && last === since) this.#complain('unseen', `an empty page since ${since} that says there is more`);
    this.#catchingUp = hasMore;
    this.safe = Math.max(this.safe, hasMore ? last : Math.max(revision, this.#live ?? 0));
  }

  #hear(message: Observed): void {
    if (this.#live === null) {
      this.#complain('phantom', `was told of revision ${message.revision} of a room that it has not joined`);
      return;
    }
    if (message.revision !== this.#live + 1) {
      const kind = message.revision === this.#live ? 'doubled' : 'reordered';
      this.#complain(kind, `was told of revision ${message.revision} after ${this.#live}`);
    }
    this.#live = message.revision;
    if (!this.#catchingUp) this.safe = Math.max(this.safe, message.revision);
    this.#apply(message);
  }

  #apply({ seq, revision, key, edit, author }: Observed): void {
    const draft = key === UNKNOWN ? undefined : this.#ledger.find(key);
    if (key !== UNKNOWN) {
      if (draft?.room !== this.room || edit > draft.editsSent || (edit < 0 && !draft.deleteSent)) {
        this.#complain('phantom', `saw ${name(key)} edit ${edit} at ${seq}, which was never sent there`);
      } else if (author !== this.#ledger.userOf(draft.writer)) {
        this.#complain('phantom', `saw ${name(key)} with another author, ${author}`);
      }
    }
    const { timeline } = this;
    const known = timeline.revision(seq);
    if (known > 0 && key !== UNKNOWN && timeline.key(seq) !== UNKNOWN && timeline.key(seq) !== key) {
      this.#complain('reordered', `saw ${name(key)} at ${seq}, where ${name(timeline.key(seq))} was`);
    } else if (known === revision && timeline.edit(seq) !== edit) {
      this.#complain('phantom', `saw two versions of ${name(key)} with the one revision ${revision}`);
    }
    if (revision > known) timeline.set(seq, revision, key === UNKNOWN && known > 0 ? timeline.key(seq) : key, edit);
  }

  #complain(kind: Parameters<Violations['add']>[0], detail: string): void {
    this.#violations.add(kind, `room ${this.room}, ${this.name}: ${detail}`);
  }
}

function name(key: number): string {
  const { writer, number } = ofKey(key);
  return `w${writer}.${number}`;
}
