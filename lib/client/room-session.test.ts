import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account, Message, MessagePage, Room } from '@/lib/contracts/entities';
import type { FactName, Facts } from '@/lib/contracts/facts';
import { CommandError } from './errors';
import { Outbox } from './outbox';
import type { SocketCommand, SocketCommands } from './results';
import { RoomSession } from './room-session';
import type { ChatSocket, ConnectionState } from './socket';
import { memoryOutboxStore } from './outbox-store';
import type { OutboxTabs } from './outbox-tabs';
import { createStore } from './store';

const me: Account = { id: 1, username: 'anna', email: 'anna@example.org', role: 'user', locale: null };
const boris = { id: 2, username: 'boris' };
const createdAt = '2026-11-23T00:00:00.000Z';
const ID = '6a4b0c1e-0000-4000-8000-000000000001';

const room = (lastSeq: number, revision = lastSeq): Room => ({
  id: 3,
  name: 'general',
  topic: '',
  visibility: 'public',
  owner: me,
  lastSeq,
  revision,
  createdAt,
});
const message = (seq: number, change: Partial<Message> = {}): Message => ({
  roomId: 3,
  seq,
  revision: seq,
  author: boris,
  body: `message ${seq}`,
  clientMessageId: null,
  createdAt,
  editedAt: null,
  deletedAt: null,
  ...change,
});
const page = (from: number, to: number, hasMore = false, lastSeq = to): MessagePage => ({
  room: room(lastSeq),
  messages: Array.from({ length: Math.max(to - from + 1, 0) }, (_, index) => message(from + index)),
  hasMore,
});

type Asked = { name: SocketCommand; input: object };

/** A connection whose answers the test gives. */
function fakeSocket(answer: (asked: Asked) => unknown) {
  const asked: Asked[] = [];
  const hearers = new Map<FactName, Set<(payload: never) => void>>();
  const connects = new Set<() => void>();
  const socket: ChatSocket = {
    state: createStore<ConnectionState>('connected'),
    connected: true,
    command: async <N extends SocketCommand>(name: N, input: SocketCommands[N]['input']) => {
      asked.push({ name, input });
      await Promise.resolve();
      return answer({ name, input }) as SocketCommands[N]['result'];
    },
    on: (name, handler) => {
      const set = hearers.get(name) ?? new Set();
      hearers.set(name, set.add(handler));
      return () => set.delete(handler);
    },
    onConnect: (handler) => {
      connects.add(handler);
      handler();
      return () => connects.delete(handler);
    },
    onDisconnect: () => () => undefined,
    open: () => undefined,
    close: () => undefined,
  };
  return {
    socket,
    asked,
    tell: <N extends FactName>(name: N, payload: Facts[N]) => {
      for (const handler of hearers.get(name) ?? []) handler(payload as never);
    },
    reconnect: () => connects.forEach((handler) => handler()),
    of: (name: SocketCommand) => asked.filter((one) => one.name === name).map(({ input }) => input),
  };
}

/** No other tabs. */
const onlyTab: OutboxTabs = {
  tell: () => undefined,
  listen: () => () => undefined,
  alone: (_roomId, _signal, work) => work(),
};

function start(answer: (asked: Asked) => unknown, opened = page(1, 5)) {
  const fake = fakeSocket(answer);
  const { socket } = fake;
  const sender = {
    connected: true,
    command: (name: 'message:send', input: SocketCommands['message:send']['input']) => socket.command(name, input),
    locate: (_roomId: number, lastName: string) => Promise.resolve(lastName),
    onConnect: () => () => undefined,
    onDisconnect: () => () => undefined,
  };
  const outbox = new Outbox(sender, memoryOutboxStore(), onlyTab);
  const unread: number[] = [];
  const names = {
    locate: vi.fn((_roomId: number, lastName: string) => Promise.resolve(lastName)),
    note: vi.fn(),
    forget: vi.fn(),
  };
  const session = new RoomSession({
    me,
    socket,
    names,
    outbox,
    page: opened,
    lastReadSeq: opened.room.lastSeq,
    onRead: (count) => unread.push(count),
  });
  session.open();
  const bodies = () => session.state.get().timeline.messages.map(({ body }) => body);
  return { ...fake, names, outbox, session, unread, bodies };
}

const created = (...messages: Message[]) => ({ room: 'general', roomId: 3, messages });

describe('RoomSession', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const settle = () => vi.advanceTimersByTimeAsync(50);

  it('joins from the revision it knows, and pages on until nothing is missing', async () => {
    const room9 = { room: room(9), hasMore: true };
    const { session, of, bodies } = start(({ name, input }) => {
      if (name === 'room:join') return { ...room9, messages: [message(6), message(7)] };
      expect(input).toMatchObject({ since: 7 });
      return { ...room9, hasMore: false, messages: [message(8), message(9)] };
    });
    await settle();
    expect(of('room:join')).toEqual([{ room: 'general', since: 5 }]);
    expect(bodies()).toHaveLength(9);
    expect(session.state.get()).toMatchObject({ joined: true, catchingUp: false });
  });

  /** A room in which far more has changed than one wants to page through: 3,000 messages, of which five were known. */
  const busyRoom = ({ name, input }: Asked): object => {
    const { after, since } = input as { after?: number; since?: number };
    if (name === 'room:read') return { unread: 0 };
    if (name === 'message:send') throw new CommandError('unavailable', 'Not now.');
    if (since !== undefined) return { ...page(since + 1, since + 200), room: room(3_000), hasMore: true };
    const from = after === undefined ? 2_901 : after + 1;
    return { ...page(from, Math.min(from + 199, 3_000), after === undefined || from < 2_801), room: room(3_000) };
  };

  it('opens the latest page after a long absence, for who read at the end, and keeps what waits', async () => {
    const { session, of, outbox } = start(busyRoom);
    outbox.add({ clientMessageId: ID, roomId: 3, room: 'general', body: 'waits', createdAt: 0 });
    await settle();
    const { timeline, readBeforeAbsence, catchingUp } = session.state.get();
    expect(of('message:list')).toHaveLength(1);
    expect(timeline.messages.at(0)?.seq).toBe(2_901);
    expect(timeline).toMatchObject({ revision: 3_000, lastSeq: 3_000, live: true, lastReadSeq: 5, generation: 1 });
    expect(timeline.pending).toMatchObject([{ body: 'waits' }]);
    expect(readBeforeAbsence).toBe(5);
    expect(catchingUp).toBe(false);
  });

  it('reads the messages around one’s place again after a long absence, and moves nothing', async () => {
    const edited = message(3, { revision: 2_000, body: 'edited meanwhile' });
    const { session, of, tell } = start(
      (asked) => {
        const answer = busyRoom(asked) as MessagePage;
        return { ...answer, messages: answer.messages.map((one) => (one.seq === 3 ? edited : one)) };
      },
      { ...page(1, 5), room: room(5) },
    );
    session.watchReader(() => ({ place: 2, busy: false }));
    await settle();
    const { timeline } = session.state.get();
    expect(of('message:list')).toMatchObject([{ after: 0 }]);
    expect(timeline.messages.at(0)?.seq).toBe(1);
    expect(timeline.messages.at(2)?.body).toBe('edited meanwhile');
    expect(timeline).toMatchObject({ revision: 3_000, lastSeq: 3_000, live: false, generation: 0 });
    tell('messages:created', created(message(3_001)));
    expect(session.state.get().timeline).toMatchObject({ revision: 3_001, lastSeq: 3_001 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(of('message:list')).toHaveLength(1);
  });

  it('reads only what is near one’s place again, however much was loaded', async () => {
    const { session, of } = start(busyRoom, { ...page(1, 1_000), room: room(1_000) });
    session.watchReader(() => ({ place: 500, busy: false }));
    await vi.advanceTimersByTimeAsync(500);
    const { timeline } = session.state.get();
    expect(of('message:list')).toMatchObject([{ after: 299 }, { after: 499 }, { after: 699 }]);
    expect([timeline.messages.at(0)?.seq, timeline.messages.at(-1)?.seq]).toEqual([300, 899]);
    expect(timeline.live).toBe(false);
  });

  it('pages through everything while a message is being edited: another window would take the text away', async () => {
    let asked = 0;
    const { session, bodies } = start(({ name, input }) => {
      const { since = 0 } = input as { since?: number };
      if (name === 'message:list') asked++;
      return { ...page(since + 1, Math.min(since + 200, 1_500), since < 1_300), room: room(1_500) };
    });
    session.watchReader(() => ({ place: null, busy: true }));
    await settle();
    expect(asked).toBeGreaterThan(5);
    expect(bodies()).toHaveLength(1_500);
  });

  it('lets go of what is far from where one looks once very much is loaded', () => {
    const { session } = start(() => ({ ...page(1, 0), room: room(2_400) }), page(1, 2_400));
    const ends = () => {
      const { messages, live } = session.state.get().timeline;
      return [messages.at(0)?.seq, messages.at(-1)?.seq, live];
    };
    session.trimAround(2_400);
    expect(ends()).toEqual([901, 2_400, true]);
    session.trimAround(2_400);
    expect(ends()).toEqual([901, 2_400, true]);
  });

  it('keeps enough on either side of where one looks, and stops reaching the present when that is let go', () => {
    const { session } = start(() => ({ ...page(1, 0), room: room(2_400) }), page(1, 2_400));
    session.trimAround(1_150);
    const { messages, live } = session.state.get().timeline;
    expect([messages.at(0)?.seq, messages.at(-1)?.seq, live]).toEqual([1, 1_650, false]);
  });

  it('joins a room by its present name after a lost connection: another may have the old one by then', async () => {
    const { of, names, reconnect } = start(() => ({ ...page(1, 0), room: room(5) }));
    await settle();
    expect(names.locate).not.toHaveBeenCalled();
    names.locate.mockResolvedValue('renamed');
    reconnect();
    await settle();
    expect(of('room:join')).toEqual([
      { room: 'general', since: 5 },
      { room: 'renamed', since: 5 },
    ]);
  });

  it('starts anew when the server knows nothing of that revision', async () => {
    const { session, bodies } = start(({ input }) => {
      if ('since' in input) throw new CommandError('unprocessable', 'beyond');
      return page(1, 2);
    });
    await settle();
    expect(bodies()).toEqual(['message 1', 'message 2']);
    expect(session.state.get().joined).toBe(true);
  });

  it('asks for a change that does not come, and not for one that is merely late', async () => {
    const { of, tell, bodies } = start(({ name }) =>
      name === 'room:join'
        ? { ...page(1, 0), room: room(5) }
        : { room: room(9), messages: [message(8)], hasMore: false },
    );
    await settle();
    tell('messages:created', created(message(7)));
    await vi.advanceTimersByTimeAsync(100);
    tell('messages:created', created(message(6)));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(of('message:list')).toEqual([]);
    tell('messages:created', created(message(9)));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(of('message:list')).toMatchObject([{ since: 7 }]);
    expect(bodies()).toHaveLength(9);
  });

  it('shows one’s own message at once, and once', async () => {
    const mine = message(6, { author: me, clientMessageId: ID, body: 'mine' });
    const { session, tell, bodies } = start(({ name }) =>
      name === 'room:join' ? { ...page(1, 0), room: room(5) } : { message: mine },
    );
    await settle();
    session.send('mine', ID);
    expect(session.state.get().timeline.pending).toMatchObject([{ body: 'mine', state: 'pending' }]);
    await settle();
    tell('messages:created', created(mine));
    expect(session.state.get().timeline.pending).toEqual([]);
    expect(bodies().filter((body) => body === 'mine')).toHaveLength(1);
    expect(session.state.get().timeline.lastReadSeq).toBe(6);
  });

  it('tells how far one has read, not for every message', async () => {
    const { session, of, tell, unread } = start(({ name }) =>
      name === 'room:join' ? { ...page(1, 0), room: room(5) } : { unread: 0 },
    );
    await settle();
    for (const seq of [6, 7, 8]) {
      tell('messages:created', created(message(seq)));
      session.markRead(seq);
    }
    expect(unread).toEqual([0, 0, 0]);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(of('room:read')).toEqual([{ room: 'general', seq: 8 }]);
  });

  it('lets a typist go when nothing more is heard, or the message is there', async () => {
    const { session, tell } = start(() => ({ ...page(1, 0), room: room(5) }));
    await settle();
    const typing = { room: 'general', roomId: 3, user: boris, typing: true };
    tell('typing', typing);
    expect(session.state.get().typists).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_100);
    expect(session.state.get().typists).toEqual([]);
    tell('typing', typing);
    tell('messages:created', created(message(6)));
    expect(session.state.get().typists).toEqual([]);
  });

  it('says when the room is over, and joins again when one is let in again', async () => {
    const { session, tell, of } = start(() => ({ ...page(1, 0), room: room(5) }));
    await settle();
    tell('room:removed', { room: 'general', roomId: 3 });
    expect(session.state.get().gone).toBe('removed');
    tell('room:added', { room: room(5) });
    await settle();
    expect(session.state.get().gone).toBeNull();
    expect(of('room:join')).toHaveLength(2);
  });

  const empty = { ...page(1, 0), room: room(5) };
  const stranger = { ...page(1, 2), room: { ...room(2), id: 4 } };

  it('leaves a room that has taken the name meanwhile, and joins its own where that is now', async () => {
    const { session, of, names, bodies } = start(({ name, input }) =>
      name === 'room:join' ? ((input as { room: string }).room === 'general' ? stranger : empty) : {},
    );
    names.locate.mockResolvedValue('renamed');
    await settle();
    expect(of('room:leave')).toEqual([{ room: 'general' }]);
    expect(names.forget).toHaveBeenCalledWith(3);
    expect(of('room:join').at(-1)).toEqual({ room: 'renamed', since: 5 });
    expect(session.state.get()).toMatchObject({ joined: true, room: { id: 3 } });
    expect(bodies()).toHaveLength(5);
  });

  it('takes no shorter history of another room for its own', async () => {
    const { session, names, bodies } = start(({ name, input }) => {
      if (name !== 'room:join') return {};
      const { room: asked, since } = input as { room: string; since?: number };
      if (asked !== 'general') return empty;
      if (since !== undefined) throw new CommandError('unprocessable', 'beyond');
      return stranger;
    });
    names.locate.mockResolvedValue('renamed');
    await settle();
    expect(session.state.get().room.id).toBe(3);
    expect(bodies()).toHaveLength(5);
  });

  it('asks and changes nothing by its old name until it is joined, then goes where one wanted to be', async () => {
    let joins: (() => void) | undefined;
    const { session, of, bodies } = start(
      ({ name }) =>
        name === 'room:join'
          ? new Promise((resolve) => (joins = () => resolve({ ...empty, room: room(400) })))
          : page(301, 400),
      page(1, 5, false, 400),
    );
    await settle();
    await session.jumpToLatest();
    await expect(session.edit(1, 'changed')).rejects.toMatchObject({ code: 'offline' });
    await expect(session.delete(1)).rejects.toMatchObject({ code: 'offline' });
    expect(of('message:list')).toEqual([]);
    joins?.();
    await settle();
    expect(bodies().at(-1)).toBe('message 400');
    expect(session.state.get().timeline.live).toBe(true);
  });

  it('goes to the present once that can be had, and no longer when one has gone elsewhere since', async () => {
    let failing = true;
    const { session, of, reconnect } = start(
      ({ name, input }) => {
        if (name === 'room:join') return { ...empty, room: room(400) };
        if (failing) throw new CommandError('unavailable', 'Not now.');
        return 'around' in input ? page(31, 60, true, 400) : page(301, 400);
      },
      page(1, 5, false, 400),
    );
    await settle();
    await session.jumpToLatest();
    await session.jumpTo(50);
    failing = false;
    reconnect();
    await settle();
    expect(of('message:list').at(-1)).toMatchObject({ around: 50 });
    expect(session.state.get().timeline.messages.at(0)?.seq).toBe(31);
    reconnect();
    await settle();
    expect(of('message:list')).toHaveLength(3);
  });

  it('shows no page of another room', async () => {
    const { session, bodies } = start(
      ({ name }) => (name === 'room:join' ? { ...empty, room: room(400) } : { ...page(6, 7), room: stranger.room }),
      page(1, 5, false, 400),
    );
    await settle();
    await session.loadAfter();
    expect(bodies()).toHaveLength(5);
  });

  it('asks for a missing change though others keep coming', async () => {
    const { of, tell } = start(({ name }) => (name === 'room:join' ? empty : { ...page(6, 30), room: room(30) }));
    await settle();
    for (let seq = 7; seq < 17; seq++) {
      tell('messages:created', created(message(seq)));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(of('message:list')).toMatchObject([{ since: 5 }]);
  });

  it('asks for a change that went missing while it was catching up', async () => {
    let answer: (page: object) => void = () => undefined;
    const { of, tell, bodies } = start(({ name }) =>
      name === 'room:join' ? new Promise((resolve) => (answer = resolve)) : { ...page(6, 7), room: room(7) },
    );
    await settle();
    tell('messages:created', created(message(7)));
    answer(empty);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(of('message:list')).toMatchObject([{ since: 5 }]);
    expect(bodies()).toHaveLength(7);
  });

  it('tells again how far one has read when that has failed, and what is left then', async () => {
    let failing = true;
    const { session, of, tell, unread, reconnect } = start(({ name }) => {
      if (name === 'room:join') return empty;
      if (failing) throw new CommandError('timeout', 'No answer.');
      return { unread: 2 };
    });
    await settle();
    tell('messages:created', created(message(6)));
    session.markRead(6);
    await vi.advanceTimersByTimeAsync(1_100);
    failing = false;
    reconnect();
    await settle();
    expect(of('room:read')).toEqual([
      { room: 'general', seq: 6 },
      { room: 'general', seq: 6 },
    ]);
    expect(unread).toEqual([0, 2]);
  });

  it('leaves by the name it joined by when it is closed before the answer', async () => {
    const { session, of, names, reconnect } = start(() => empty);
    await settle();
    names.locate.mockResolvedValue('renamed');
    session.state.set({ ...session.state.get(), joined: false });
    reconnect();
    await Promise.resolve();
    session.close();
    expect(of('room:join')).toHaveLength(2);
    expect(of('room:leave')).toEqual([{ room: 'renamed' }]);
  });

  it('leaves when it is closed and hears nothing more', async () => {
    const { session, tell, of, bodies } = start(() => ({ ...page(1, 0), room: room(5) }));
    await settle();
    session.close();
    tell('messages:created', created(message(6)));
    expect(bodies()).toHaveLength(5);
    expect(of('room:leave')).toEqual([{ room: 'general' }]);
  });
});
