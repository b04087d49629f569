import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger';
import type { Observed, ObservedPage } from './observed';
import { keyOf } from './tags';
import { View } from './view';
import { Violations } from './violations';

const ANNA = 101;

function makeView() {
  const ledger = new Ledger();
  const violations = new Violations();
  const writer = ledger.addWriter(ANNA);
  for (let number = 0; number < 20; number++) ledger.attempt(ledger.begin(writer, 0), 1);
  return { ledger, violations, view: new View('reader', 0, ledger, violations) };
}

/** Message `seq` is the writer's message of that number, less one. */
function message(seq: number, revision = seq, edit = 0): Observed {
  return { roomId: 1, seq, revision, author: ANNA, key: keyOf({ writer: 0, number: seq - 1 }), edit };
}

function page(messages: Observed[], revision: number, lastSeq: number, hasMore = false): ObservedPage {
  return { revision, lastSeq, hasMore, messages };
}

describe('one reader’s picture', () => {
  it('follows a room without complaint: latest, live, away, catch-up in pages, live', () => {
    const { ledger, violations, view } = makeView();
    view.join(page([message(3), message(4)], 4, 4, true), undefined);
    expect([view.start, view.safe, view.isCurrent]).toEqual([3, 4, true]);
    view.created([message(5), message(6)]);
    view.leave();
    const edited = ledger.find(message(5).key);
    if (edited) edited.editsSent = 1;
    view.join(page([message(7)], 9, 8, true), view.safe);
    expect([view.safe, view.isCurrent]).toEqual([7, false]);
    // Meanwhile facts flow, above the join's revision.
    view.created([message(9, 10)]);
    expect(view.safe).toBe(7);
    view.list(page([message(8), message(5, 9, 1), message(9, 10)], 10, 9));
    expect([view.safe, view.isCurrent]).toEqual([10, true]);
    view.created([message(10, 11)]);
    expect([view.safe, view.timeline.edit(5), view.timeline.last, violations.total]).toEqual([11, 1, 10, 0]);
  });

  const cases: [string, (view: View) => void][] = [
    ['reordered', (view) => view.created([message(6)])],
    ['doubled', (view) => view.created([message(5), message(5)])],
    ['reordered', (view) => view.updated(message(2, 3))],
    ['doubled', (view) => view.created([message(4, 5)])],
    ['phantom', (view) => view.created([{ ...message(5), key: keyOf({ writer: 0, number: 50 }) }])],
    ['phantom', (view) => view.created([{ ...message(5), author: ANNA + 1 }])],
    ['phantom', (view) => view.updated(message(2, 5, 1))],
    ['reordered', (view) => view.updated({ ...message(2, 5), key: message(3).key })],
    ['lost', (view) => view.join(page([], 3, 3), 4)],
    ['reordered', (view) => view.join(page([message(6), message(5)], 6, 6), 4)],
    ['reordered', (view) => view.join(page([message(9)], 8, 8), 4)],
    ['unseen', (view) => view.join(page([], 9, 9, true), 4)],
    ['unseen', (view) => view.join(page([message(3)], 4, 4), undefined)],
    ['reordered', (view) => view.join(page([message(2), message(4)], 4, 4), undefined)],
  ];
  it.each(cases)('says at once what is wrong with a stream: %s (%#)', (kind, happen) => {
    const { violations, view } = makeView();
    view.join(page([message(1), message(2), message(3), message(4)], 4, 4), undefined);
    expect(violations.total).toBe(0);
    happen(view);
    expect(violations.kinds).toContain(kind);
  });

  it('is told nothing before it has joined, or after it has left', () => {
    const { violations, view } = makeView();
    view.created([message(1)]);
    expect(violations.kinds).toContain('phantom');
  });
});
