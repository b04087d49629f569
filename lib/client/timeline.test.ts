import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, MessagePage, Room } from '@/lib/contracts/entities';
import {
  hasAfter,
  hasBefore,
  messageAt,
  missingSince,
  openTimeline,
  timelineReducer,
  type TimelineAction,
  type TimelineState,
} from './timeline';

const anna = { id: 1, username: 'anna' };

/** A room as the server keeps it: the law that the browser's copy is held against. */
class ServerRoom {
  readonly versions: Message[] = [];
  private readonly current = new Map<number, Message>();

  get revision() {
    return this.versions.length;
  }

  get room(): Room {
    return {
      id: 3,
      name: 'general',
      topic: '',
      visibility: 'public',
      owner: anna,
      lastSeq: this.current.size,
      revision: this.revision,
      createdAt: '2026-11-23T00:00:00.000Z',
    };
  }

  private store(message: Message): Message {
    this.versions.push(message);
    this.current.set(message.seq, message);
    return message;
  }

  create(body: string, clientMessageId: string | null = null): Message {
    const seq = this.current.size + 1;
    const createdAt = '2026-11-23T00:00:00.000Z';
    const revision = this.revision + 1;
    return this.store({
      roomId: 3,
      seq,
      revision,
      author: anna,
      body,
      clientMessageId,
      createdAt,
      editedAt: null,
      deletedAt: null,
    });
  }

  change(seq: number, change: Partial<Message>): Message | null {
    const known = this.current.get(seq);
    return known && !known.deletedAt ? this.store({ ...known, ...change, revision: this.revision + 1 }) : null;
  }

  page(from: number, to: number): MessagePage {
    const messages = [...this.current.values()]
      .filter(({ seq }) => seq >= from && seq <= to)
      .sort((a, b) => a.seq - b.seq);
    return { room: this.room, messages, hasMore: from > 1 };
  }

  latest(count = 50): MessagePage {
    return this.page(this.current.size - count + 1, this.current.size);
  }

  since(revision: number, limit = 3): MessagePage {
    const changed = [...this.current.values()]
      .filter((message) => message.revision > revision)
      .sort((a, b) => a.revision - b.revision);
    return { room: this.room, messages: changed.slice(0, limit), hasMore: changed.length > limit };
  }
}

/** The next of an endless stream. */
function draw<T>(stream: fc.Stream<T>): T {
  const drawn = stream.next();
  if (drawn.done === true) throw new Error('An endless stream has ended.');
  return drawn.value;
}

function run(state: TimelineState, ...actions: TimelineAction[]): TimelineState {
  return actions.reduce(timelineReducer, state);
}

function catchUp(state: TimelineState, server: ServerRoom): TimelineState {
  for (;;) {
    const since = state.revision;
    const page = server.since(since);
    state = timelineReducer(state, { type: 'caught-up', since, page });
    if (!page.hasMore) return state;
  }
}

type Step = { kind: 'create' } | { kind: 'edit' | 'delete'; at: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'create' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('edit' as const, 'delete' as const), at: fc.nat(40) }) },
);

function play(server: ServerRoom, steps: Step[]) {
  steps.forEach((one, index) => {
    if (one.kind === 'create') server.create(`message ${index}`);
    else if (one.kind === 'edit')
      server.change(one.at, { body: `edit ${index}`, editedAt: '2026-11-23T00:00:01.000Z' });
    else server.change(one.at, { body: '', deletedAt: '2026-11-23T00:00:02.000Z' });
  });
}

describe('timeline', () => {
  it('ends as the server has it, whatever is reordered, doubled or lost on the way', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.array(step, { maxLength: 40 }),
        fc.infiniteStream(
          fc.record({ lost: fc.boolean(), doubled: fc.boolean(), order: fc.nat(), interrupt: fc.nat(9) }),
        ),
        (before, after, fates) => {
          const server = new ServerRoom();
          play(server, before);
          let state = openTimeline(server.latest(10), 0);
          const opened = server.revision;
          const first = state.messages[0]?.seq ?? 1;
          play(server, after);

          const facts = server.versions.slice(opened).flatMap((message) => {
            const fate = draw(fates);
            return fate.lost ? [] : Array.from({ length: fate.doubled ? 2 : 1 }, () => ({ message, ...fate }));
          });
          facts.sort((a, b) => a.order - b.order);
          for (const { message, interrupt } of facts) {
            state = timelineReducer(state, { type: 'versions', messages: [message] });
            if (interrupt === 0) state = catchUp(state, server);
          }
          state = catchUp(state, server);

          expect(state.revision).toBe(server.revision);
          expect(missingSince(state)).toBeNull();
          expect(state.messages).toEqual(server.page(first, Infinity).messages);
          expect(hasAfter(state)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('needs no catch-up when every fact came, in any order', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), fc.infiniteStream(fc.nat()), (steps, order) => {
        const server = new ServerRoom();
        const start = openTimeline(server.latest(), 0);
        play(server, steps);
        const shuffled = server.versions.map((message) => ({ message, at: draw(order) })).sort((a, b) => a.at - b.at);
        const state = run(
          start,
          ...shuffled.map(({ message }) => ({ type: 'versions' as const, messages: [message] })),
        );
        expect(missingSince(state)).toBeNull();
        expect(state.revision).toBe(server.revision);
        expect(state.messages).toEqual(server.page(1, Infinity).messages);
      }),
      { numRuns: 300 },
    );
  });

  it('asks for what it missed', () => {
    const server = new ServerRoom();
    const start = openTimeline(server.latest(), 0);
    server.create('one');
    const third = (server.create('two'), server.create('three'));
    const state = run(start, { type: 'versions', messages: [third] });
    expect(missingSince(state)).toBe(0);
    expect(state.messages).toEqual([]);
    expect(missingSince(catchUp(state, server))).toBeNull();
  });

  it('keeps an edit that overtakes the page it belongs to', () => {
    const server = new ServerRoom();
    for (let index = 0; index < 30; index++) server.create(`message ${index}`);
    const stale = server.page(1, 20);
    const start = openTimeline(server.latest(10), 30);
    const edited = server.change(5, { body: 'edited', editedAt: '2026-11-23T00:00:01.000Z' });
    const state = run(start, { type: 'versions', messages: edited ? [edited] : [] }, { type: 'page', page: stale });
    expect(messageAt(state, 5)?.body).toBe('edited');
    expect(hasBefore(state)).toBe(false);
  });

  it('ignores a page that no longer borders on the window, and grows to the present by pages', () => {
    const server = new ServerRoom();
    for (let index = 0; index < 100; index++) server.create(`message ${index}`);
    let state = openTimeline(server.latest(10), 100);
    state = run(state, { type: 'jump', page: server.page(20, 40) });
    expect(hasAfter(state)).toBe(true);
    expect(state.generation).toBe(1);
    state = run(state, { type: 'page', page: server.page(81, 90) });
    expect(state.messages.length).toBe(21);
    state = run(state, { type: 'versions', messages: [server.create('live')] });
    expect(state.messages.at(-1)?.seq).toBe(40);
    state = run(state, { type: 'page', page: server.page(41, 100) });
    expect(state.messages.at(-1)?.seq).toBe(101);
    expect(hasAfter(state)).toBe(false);
  });

  it('shows a sent message once, whichever of acknowledgement and fact comes first', () => {
    const id = '6a4b0c1e-0000-4000-8000-000000000001';
    const server = new ServerRoom();
    const start = run(openTimeline(server.latest(), 0), {
      type: 'queued',
      entry: { clientMessageId: id, body: 'mine', createdAt: 0 },
    });
    const other = server.create('theirs');
    const mine = server.create('mine', id);
    const acknowledged = run(start, { type: 'sent', message: mine });
    expect(acknowledged.pending).toMatchObject([{ state: 'sent' }]);
    for (const state of [
      run(acknowledged, { type: 'versions', messages: [other] }, { type: 'versions', messages: [mine] }),
      run(start, { type: 'versions', messages: [other, mine] }, { type: 'sent', message: mine }),
    ]) {
      expect(state.pending).toEqual([]);
      expect(state.messages.map(({ body }) => body)).toEqual(['theirs', 'mine']);
      expect(state.revision).toBe(2);
    }
    expect(acknowledged.lastReadSeq).toBe(2);
  });

  it('keeps a failed message with its reason until it is sent again or discarded', () => {
    const id = '6a4b0c1e-0000-4000-8000-000000000002';
    const entry = { clientMessageId: id, body: 'mine', createdAt: 0 };
    const failure = { code: 'forbidden', message: 'No.' };
    const failed = run(
      openTimeline(new ServerRoom().latest(), 0),
      { type: 'queued', entry },
      { type: 'failed', clientMessageId: id, failure },
    );
    expect(failed.pending).toMatchObject([{ state: 'failed', failure }]);
    expect(run(failed, { type: 'queued', entry }).pending).toEqual([{ ...entry, state: 'pending' }]);
    expect(run(failed, { type: 'discarded', clientMessageId: id }).pending).toEqual([]);
  });

  it('loses nothing that came while the latest page was under way', () => {
    const server = new ServerRoom();
    for (let index = 0; index < 30; index++) server.create(`message ${index}`);
    const start = openTimeline(server.latest(10), 30);
    for (let index = 0; index < 30; index++) server.create(`missed ${index}`);
    const page = server.latest(10);
    const edited = server.change(55, { body: 'edited', editedAt: '2026-11-23T00:00:01.000Z' });
    const later = [edited, server.create('later')].flatMap((message) => message ?? []);
    const state = run(start, { type: 'versions', messages: later }, { type: 'renew', page });
    expect(state.messages).toEqual(server.page(51, 61).messages);
    expect(state).toMatchObject({ revision: 62, lastSeq: 61, live: true, ahead: [], lastReadSeq: 30 });
    expect(missingSince(state)).toBeNull();
  });

  it('does not gather all that is said while one reads the past, and shows it once one comes there', () => {
    const server = new ServerRoom();
    for (let index = 0; index < 50; index++) server.create(`message ${index}`);
    let state = openTimeline(server.page(1, 10), 10);
    const edited = server.change(30, { body: 'edited', editedAt: '2026-11-23T00:00:01.000Z' });
    if (edited) state = run(state, { type: 'versions', messages: [edited] });
    for (let index = 0; index < 3_000; index++) {
      state = run(state, { type: 'versions', messages: [server.create(`meanwhile ${index}`)] });
    }
    expect(state.loose.size).toBeLessThanOrEqual(1_000);
    expect(state.loose.get(30)?.body).toBe('edited');
    expect(state).toMatchObject({ live: false, lastSeq: 3_050, revision: 3_051 });
    state = run(state, { type: 'jump', page: server.page(2_951, 3_050) });
    expect(state.live).toBe(true);
    for (let to = 2_950; to > 0; to -= 100) {
      state = run(state, { type: 'page', page: server.page(Math.max(to - 99, 1), to) });
    }
    expect(state.messages).toEqual(server.latest(3_050).messages);
  });

  it('lets go of a message that is stored once its place is behind the window', () => {
    const server = new ServerRoom();
    const mine = server.create('mine', '6a4b0c1e-0000-4000-8000-000000000004');
    for (let index = 0; index < 30; index++) server.create(`message ${index}`);
    const entry = { clientMessageId: mine.clientMessageId ?? '', body: 'mine', createdAt: 0 };
    const state = run(openTimeline(server.latest(10), 31), { type: 'queued', entry }, { type: 'sent', message: mine });
    expect(state.pending).toEqual([]);
  });

  it('takes over what waits as it is, and keeps what is only not visible yet', () => {
    const id = (n: number) => `6a4b0c1e-0000-4000-8000-00000000000${n}`;
    const entry = (n: number) => ({ clientMessageId: id(n), body: `mine ${n}`, createdAt: 0 });
    const server = new ServerRoom();
    const start = openTimeline(server.latest(), 0);
    server.create('theirs');
    const sent = server.create('mine 1', id(1));
    const failure = { code: 'forbidden', message: 'No.' };
    const state = run(
      start,
      ...[1, 2, 3].map((n) => ({ type: 'queued' as const, entry: entry(n) })),
      { type: 'sent', message: sent },
      { type: 'waiting', entries: [{ ...entry(4), failure }, entry(3)] },
    );
    expect(state.pending.map(({ body, state: one }) => `${body} ${one}`)).toEqual([
      'mine 1 sent',
      'mine 4 failed',
      'mine 3 pending',
    ]);
  });

  it('starts anew when the server has another history, and keeps what waits', () => {
    const server = new ServerRoom();
    for (let index = 0; index < 5; index++) server.create(`message ${index}`);
    const restored = new ServerRoom();
    restored.create('restored');
    const entry = { clientMessageId: '6a4b0c1e-0000-4000-8000-000000000003', body: 'mine', createdAt: 0 };
    const state = run(
      openTimeline(server.latest(), 5),
      { type: 'queued', entry },
      { type: 'restart', page: restored.latest() },
    );
    expect(state).toMatchObject({ revision: 1, lastSeq: 1, lastReadSeq: 1, pending: [entry] });
    expect(state.messages.map(({ body }) => body)).toEqual(['restored']);
  });
});
