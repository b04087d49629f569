import { nameOf, type Draft, type Ledger } from './ledger';
import { keyOf, ofKey, UNKNOWN } from './tags';
import { DELETED, type Timeline } from './timeline';
import type { View } from './view';
import type { Violations } from './violations';

/** A room as the database has it. */
export interface StoredRoom {
  lastSeq: number;
  revision: number;
  timeline: Timeline;
  /** authors by `seq`: user ids, 0 for none */
  authors: Int32Array;
  /** rows whose body or id is nobody's, each in one line */
  unreadable: string[];
}

/** What is compared once everybody is at rest. */
export interface Evidence {
  /** by the harness's index */
  rooms: StoredRoom[];
  ledger: Ledger;
  views: View[];
  /** ids of the accounts that were removed from the rooms */
  outsiders: ReadonlySet<number>;
}

/**
 * Compares what the senders know, what each reader has, and what the database holds. Writers have stopped, and readers were
 * given the time to catch up.
 *
 * @param violations takes what is found
 */
export function check(evidence: Evidence, violations: Violations): void {
  const places = evidence.rooms.map((room, index) => checkRoom(evidence, room, index, violations));
  for (const drafts of evidence.ledger.writers) {
    for (const draft of drafts) checkDraft(draft, evidence.rooms[draft.room], places[draft.room], violations);
    checkOrder(drafts, violations);
  }
  for (const view of evidence.views) {
    const room = evidence.rooms[view.room];
    if (room) checkView(view, room, violations);
  }
}

/** @returns the place of each message by its key */
function checkRoom(
  { ledger, outsiders }: Evidence,
  { lastSeq, revision, timeline, authors, unreadable }: StoredRoom,
  index: number,
  violations: Violations,
): Map<number, number> {
  const where = `room ${index} of the database`;
  const places = new Map<number, number>();
  const revisions = new Set<number>();
  let newest = 0;
  for (const line of unreadable) violations.add('phantom', `${where}: ${line}`);
  if (timeline.last > lastSeq)
    violations.add('reordered', `${where}: last_seq is ${lastSeq}, but ${timeline.last} exists`);
  for (let seq = 1; seq <= Math.max(lastSeq, timeline.last); seq++) {
    const change = timeline.revision(seq);
    if (change === 0) {
      violations.add('reordered', `${where}: there is no message ${seq} of ${lastSeq}`);
      continue;
    }
    if (revisions.has(change)) violations.add('reordered', `${where}: revision ${change} twice`);
    revisions.add(change);
    newest = Math.max(newest, change);
    const key = timeline.key(seq);
    if (key === UNKNOWN) continue;
    const { writer, number } = ofKey(key);
    const author = authors[seq] ?? 0;
    const draft = ledger.find(key);
    if (outsiders.has(author)) violations.add('leaked', `${where}: message ${seq} is by somebody who was removed`);
    else if (draft?.room !== index || ledger.userOf(writer) !== author) {
      violations.add('phantom', `${where}: message ${seq} is w${writer}.${number}, which was never sent there`);
    }
    const twin = places.get(key);
    if (twin !== undefined) violations.add('doubled', `${where}: w${writer}.${number} is stored at ${twin} and ${seq}`);
    else places.set(key, seq);
  }
  if (newest !== revision)
    violations.add('reordered', `${where}: its revision is ${revision}, its latest change ${newest}`);
  return places;
}

function checkDraft(
  draft: Draft,
  room: StoredRoom | undefined,
  places: Map<number, number> | undefined,
  violations: Violations,
): void {
  const key = keyOf(draft);
  const stands = draft.acked > 0 && room?.timeline.key(draft.seq) === key && room.timeline.revision(draft.seq) > 0;
  // Where it is stored twice, which is told already, the acknowledged place counts.
  const seq = stands ? draft.seq : places?.get(key);
  const name = `${nameOf(draft)} in room ${draft.room}`;
  if (draft.acked > 0 && !stands) {
    violations.add(
      'lost',
      `${name}: acknowledged at ${draft.seq}, ${seq === undefined ? 'not stored' : `stored at ${seq}`}`,
    );
  }
  if (seq === undefined || !room) return;
  const edit = room.timeline.edit(seq);
  if (edit === DELETED) {
    if (!draft.deleteSent) violations.add('phantom', `${name}: deleted, which nobody asked for`);
  } else if (draft.deleteAcked) {
    violations.add('lost', `${name}: its deletion was acknowledged, but it stands`);
  } else if (edit < draft.editAcked) {
    violations.add('lost', `${name}: edit ${draft.editAcked} was acknowledged, edit ${edit} stands`);
  } else if (edit > draft.editsSent) {
    violations.add('phantom', `${name}: edit ${edit} stands, which was never sent`);
  }
}

/**
 * What was acknowledged before another was sent comes before it; and so does what was sent before it on the same connection, if
 * both were sent only once.
 */
function checkOrder(drafts: readonly Draft[], violations: Violations): void {
  const rooms = new Map<number, Draft[]>();
  for (const draft of drafts) {
    if (draft.acked === 0) continue;
    const list = rooms.get(draft.room);
    if (list) list.push(draft);
    else rooms.set(draft.room, [draft]);
  }
  for (const [room, acknowledged] of rooms) {
    const complain = (first: number, second: Draft) =>
      violations.add(
        'reordered',
        `room ${room}: ${nameOf(second)} is at ${second.seq}, before what came before it, at ${first}`,
      );
    const inTime = acknowledged.toSorted((a, b) => a.acked - b.acked);
    let answered = 0;
    let latest = 0;
    const lines = new Map<number, number>();
    for (const draft of acknowledged) {
      for (let before = inTime[answered]; before && before.acked < draft.sent; before = inTime[++answered]) {
        latest = Math.max(latest, before.seq);
      }
      if (latest >= draft.seq) complain(latest, draft);
      if (draft.line === 0) continue;
      const previous = lines.get(draft.line) ?? 0;
      if (previous > draft.seq) complain(previous, draft);
      lines.set(draft.line, Math.max(previous, draft.seq));
    }
  }
}

function checkView({ name, room, timeline, start }: View, stored: StoredRoom, violations: Violations): void {
  if (start === null) {
    violations.add('unseen', `room ${room}, ${name}: never got in`);
    return;
  }
  const where = (seq: number) => `room ${room}, ${name}: message ${seq}`;
  for (let seq = 1; seq <= Math.max(stored.timeline.last, timeline.last); seq++) {
    const seen = timeline.revision(seq);
    const truth = stored.timeline.revision(seq);
    if (seen === 0) {
      if (seq >= start && truth > 0) violations.add('unseen', `${where(seq)} is missing`);
    } else if (truth === 0) violations.add('phantom', `${where(seq)} was seen, but is not stored`);
    else if (
      timeline.key(seq) !== stored.timeline.key(seq) &&
      timeline.key(seq) !== UNKNOWN &&
      stored.timeline.key(seq) !== UNKNOWN
    ) {
      violations.add('phantom', `${where(seq)} was seen as another than is stored`);
    } else if (seen > truth) violations.add('lost', `${where(seq)} was seen at revision ${seen}, stored is ${truth}`);
    else if (seen < truth) violations.add('unseen', `${where(seq)} is known at revision ${seen}, stored is ${truth}`);
    else if (timeline.edit(seq) !== stored.timeline.edit(seq)) {
      violations.add(
        'phantom',
        `${where(seq)} was seen as edit ${timeline.edit(seq)}, stored is ${stored.timeline.edit(seq)}`,
      );
    }
  }
}
