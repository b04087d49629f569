import { describe, expect, it } from 'vitest';
import { check, type StoredRoom } from './check';
import { Ledger, type Draft } from './ledger';
import { keyOf } from './tags';
import { DELETED, Timeline } from './timeline';
import { View } from './view';
import { Violations } from './violations';

const ANNA = 101;
const BORIS = 102;
const OUTSIDER = 666;

/** A room of which everything is right: two writers, three messages each, one reader who has them all. */
class Small {
  readonly ledger = new Ledger();
  readonly violations = new Violations();
  readonly drafts: Draft[] = [];
  readonly timeline = new Timeline();
  readonly authors = new Int32Array(20);
  readonly view: View;
  readonly room: StoredRoom;

  constructor() {
    const writers = [this.ledger.addWriter(ANNA), this.ledger.addWriter(BORIS)];
    this.view = new View('reader', 0, this.ledger, this.violations);
    this.view.start = 1;
    for (let seq = 1; seq <= 6; seq++) {
      const draft = this.ledger.begin(writers[seq % 2] ?? 0, 0);
      this.ledger.attempt(draft, 1 + (seq % 2));
      this.ledger.acknowledge(draft, seq);
      this.drafts.push(draft);
      this.store(seq, draft);
      this.see(seq, draft);
    }
    this.room = { lastSeq: 6, revision: 6, timeline: this.timeline, authors: this.authors, unreadable: [] };
  }

  draft(seq: number): Draft {
    const draft = this.drafts[seq - 1];
    if (!draft) throw new Error('There are six');
    return draft;
  }

  store(seq: number, draft: Draft, revision = seq, edit = 0): void {
    this.timeline.set(seq, revision, keyOf(draft), edit);
    this.authors[seq] = this.ledger.userOf(draft.writer) ?? 0;
  }

  see(seq: number, draft: Draft, revision = seq, edit = 0): void {
    this.view.timeline.set(seq, revision, keyOf(draft), edit);
  }

  found(): Violations {
    const evidence = { rooms: [this.room], ledger: this.ledger, views: [this.view], outsiders: new Set([OUTSIDER]) };
    check(evidence, this.violations);
    return this.violations;
  }
}

describe('what is found when everybody is at rest', () => {
  it('is nothing where nothing is wrong', () => {
    expect(new Small().found().total).toBe(0);
  });

  it('is nothing for a message that was never acknowledged, stored or not', () => {
    const small = new Small();
    const stored = small.ledger.begin(0, 0);
    const absent = small.ledger.begin(0, 0);
    for (const draft of [stored, absent]) small.ledger.attempt(draft, 9);
    small.store(7, stored);
    small.see(7, stored);
    Object.assign(small.room, { lastSeq: 7, revision: 7 });
    expect(small.found().total).toBe(0);
  });

  it('lost: an acknowledged message is not stored', () => {
    const small = new Small();
    const draft = small.ledger.begin(0, 0);
    small.ledger.attempt(draft, 9);
    small.ledger.acknowledge(draft, 7);
    expect(small.found().kinds).toEqual(['lost']);
  });

  it('lost: an acknowledged message is stored in another place', () => {
    const small = new Small();
    small.draft(6).seq = 60;
    expect(small.found().kinds).toEqual(['lost']);
  });

  it('lost: an acknowledged edit, or deletion, does not stand', () => {
    const small = new Small();
    Object.assign(small.draft(2), { editsSent: 2, editAcked: 2 });
    Object.assign(small.draft(3), { deleteSent: true, deleteAcked: true });
    expect(small.found().kinds).toEqual(['lost']);
    expect(small.found().examples('lost')[0]).toContain('edit 2 was acknowledged');
  });

  it('lost: a reader saw a version that is not stored any more', () => {
    const small = new Small();
    small.draft(4).editsSent = 1;
    small.see(4, small.draft(4), 7, 1);
    expect(small.found().kinds).toEqual(['lost']);
  });

  it('doubled: one message is stored twice', () => {
    const small = new Small();
    small.store(7, small.draft(1));
    small.see(7, small.draft(1));
    Object.assign(small.room, { lastSeq: 7, revision: 7 });
    expect(small.found().kinds).toEqual(['doubled']);
  });

  it('reordered: what was acknowledged before another was sent comes after it', () => {
    const small = new Small();
    for (const [seq, draft] of [
      [1, small.draft(3)],
      [3, small.draft(1)],
    ] as const) {
      draft.seq = seq;
      small.store(seq, draft);
      small.see(seq, draft);
    }
    expect(small.found().kinds).toEqual(['reordered']);
  });

  it('reordered: two that were sent on one connection, before either was answered, changed places', () => {
    const small = new Small();
    const [first, second] = [small.ledger.begin(0, 0), small.ledger.begin(0, 0)];
    for (const draft of [first, second]) small.ledger.attempt(draft, 9);
    small.ledger.acknowledge(first, 8);
    small.ledger.acknowledge(second, 7);
    for (const draft of [first, second]) {
      small.store(draft.seq, draft);
      small.see(draft.seq, draft);
    }
    Object.assign(small.room, { lastSeq: 8, revision: 8 });
    expect(small.found().kinds).toEqual(['reordered']);
  });

  it('nothing: two that were sent again changed places', () => {
    const small = new Small();
    const [first, second] = [small.ledger.begin(0, 0), small.ledger.begin(0, 0)];
    for (const draft of [first, second, first, second]) small.ledger.attempt(draft, 9);
    small.ledger.acknowledge(first, 8);
    small.ledger.acknowledge(second, 7);
    for (const draft of [first, second]) {
      small.store(draft.seq, draft);
      small.see(draft.seq, draft);
    }
    Object.assign(small.room, { lastSeq: 8, revision: 8 });
    expect(small.found().total).toBe(0);
  });

  it('reordered: a place or a revision of the room is missing, or there twice', () => {
    for (const change of [{ lastSeq: 7, revision: 6 }, { lastSeq: 5 }, { revision: 7 }]) {
      const small = new Small();
      Object.assign(small.room, change);
      expect(small.found().kinds).toEqual(['reordered']);
    }
    const twice = new Small();
    twice.store(5, twice.draft(5), 4);
    twice.see(5, twice.draft(5), 4);
    expect(twice.found().kinds).toEqual(['reordered']);
  });

  it('phantom: something is stored that nobody sent', () => {
    const small = new Small();
    small.timeline.set(7, 7, keyOf({ writer: 1, number: 99 }), 0);
    small.view.timeline.set(7, 7, keyOf({ writer: 1, number: 99 }), 0);
    Object.assign(small.room, { lastSeq: 7, revision: 7 });
    expect(small.found().kinds).toEqual(['phantom']);
  });

  it('phantom: something is stored under another author, or cannot be read', () => {
    const small = new Small();
    small.authors[2] = BORIS + 1;
    small.room.unreadable.push('message 9: a body that nobody wrote');
    expect(small.found().kinds).toEqual(['phantom']);
    expect(small.violations.count('phantom')).toBe(2);
  });

  it('phantom: an edit or a deletion stands that nobody asked for', () => {
    for (const edit of [1, DELETED]) {
      const small = new Small();
      small.store(2, small.draft(2), 7, edit);
      small.see(2, small.draft(2), 7, edit);
      Object.assign(small.room, { revision: 7 });
      expect(small.found().kinds).toEqual(['phantom']);
    }
  });

  it('phantom: a reader saw what is not stored, or another body than is stored', () => {
    const small = new Small();
    const draft = small.ledger.begin(0, 0);
    small.ledger.attempt(draft, 9);
    small.see(7, draft);
    expect(small.found().kinds).toEqual(['phantom']);
    const other = new Small();
    other.draft(2).editsSent = 1;
    other.see(2, other.draft(2), 2, 1);
    expect(other.found().kinds).toEqual(['phantom']);
  });

  it('unseen: a reader lacks a message, has an old version, or never got in', () => {
    const small = new Small();
    small.view.timeline.set(3, 0, 0, 0);
    expect(small.found().kinds).toEqual(['unseen']);
    const old = new Small();
    old.draft(2).editsSent = 1;
    old.store(2, old.draft(2), 7, 1);
    Object.assign(old.room, { revision: 7 });
    expect(old.found().kinds).toEqual(['unseen']);
    const outside = new Small();
    outside.view.start = null;
    expect(outside.found().kinds).toEqual(['unseen']);
  });

  it('leaked: somebody who was removed could write', () => {
    const small = new Small();
    small.authors[2] = OUTSIDER;
    expect(small.found().kinds).toEqual(['leaked']);
  });
});
