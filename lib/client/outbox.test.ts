import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '@/lib/contracts/entities';
import { CommandError } from './errors';
import { Outbox } from './outbox';
import type { OutboxEntry } from './outbox-entry';
import { memoryOutboxStore, withSpareMemory, type OutboxStore } from './outbox-store';
import type { OutboxTabs, TabNews } from './outbox-tabs';

const uuid = (n: number) => `6a4b0c1e-0000-4000-8000-${String(n).padStart(12, '0')}`;
const entry = (n: number, roomId = 3): OutboxEntry => ({
  clientMessageId: uuid(n),
  roomId,
  room: 'general',
  body: `message ${n}`,
  // The clock was set back: the order does not come from it.
  createdAt: 1_000 - n,
});
const bodies = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `message ${from + index}`);

interface Input {
  room: string;
  body: string;
  clientMessageId: string;
}

/** A server that stores each id once, in the order in which they come. */
class FakeServer {
  readonly stored: string[] = [];
  readonly asked: string[] = [];
  answer: (input: Input) => Promise<{ message: Message }> = (input) => Promise.resolve(this.store(input));

  store({ body, clientMessageId }: Omit<Input, 'room'>): { message: Message } {
    if (!this.stored.includes(body)) this.stored.push(body);
    const seq = this.stored.indexOf(body) + 1;
    const createdAt = '2026-11-23T00:00:00.000Z';
    const message = { roomId: 3, seq, revision: seq, author: null, body, clientMessageId, createdAt, editedAt: null };
    return { message: { ...message, deletedAt: null } };
  }
}

/** One tab's line to the server. */
class FakeConnection {
  connected = true;
  private readonly connects = new Set<() => void>();
  private readonly disconnects = new Set<() => void>();

  constructor(private readonly server: FakeServer) {}

  command = async (_name: 'message:send', input: Input) => {
    this.server.asked.push(input.body);
    const answer = await this.server.answer(input);
    if (!this.connected) throw new CommandError('timeout', '');
    return answer;
  };
  locate = (_roomId: number, lastName: string) => Promise.resolve(lastName);
  onConnect = (handler: () => void) => {
    this.connects.add(handler);
    if (this.connected) handler();
    return () => this.connects.delete(handler);
  };
  onDisconnect = (handler: () => void) => {
    this.disconnects.add(handler);
    return () => this.disconnects.delete(handler);
  };
  set(connected: boolean) {
    this.connected = connected;
    for (const handler of connected ? this.connects : this.disconnects) handler();
  }
}

/** What tabs of one browser share. */
class FakeBrowser {
  readonly store = memoryOutboxStore();
  private readonly hearers = new Set<(news: TabNews) => void>();
  private readonly locks = new Map<number, Promise<void>>();

  tabs(): OutboxTabs {
    let own: ((news: TabNews) => void) | undefined;
    return {
      tell: (news) => {
        for (const hearer of this.hearers) if (hearer !== own) queueMicrotask(() => hearer(structuredClone(news)));
      },
      listen: (handler) => {
        own = handler;
        this.hearers.add(handler);
        return () => this.hearers.delete(handler);
      },
      alone: async (roomId, signal, work) => {
        const before = this.locks.get(roomId) ?? Promise.resolve();
        const granted = before.then(() => (signal.aborted ? undefined : work()));
        this.locks.set(roomId, granted);
        await granted;
      },
    };
  }

  open(server: FakeServer, connected = true, store: OutboxStore = this.store) {
    const connection = new FakeConnection(server);
    connection.connected = connected;
    const outbox = new Outbox(connection, store, this.tabs());
    const events: string[] = [];
    outbox.subscribe((event) => events.push(event.type));
    outbox.start();
    const list = () => outbox.list(3).map(({ body, failure }) => (failure ? `${body} (${failure.code})` : body));
    return { outbox, connection, events, list };
  }
}

describe('Outbox', () => {
  let browser: FakeBrowser;
  let server: FakeServer;
  beforeEach(() => {
    vi.useFakeTimers();
    browser = new FakeBrowser();
    server = new FakeServer();
  });
  afterEach(() => void vi.useRealTimers());
  const settle = () => vi.advanceTimersByTimeAsync(10);

  it('sends in the order of writing and forgets what the server has', async () => {
    const { outbox, events, list } = browser.open(server);
    for (const n of [1, 2, 3]) outbox.add(entry(n));
    expect(events).toEqual(['queued', 'queued', 'queued']);
    await settle();
    expect(server.asked).toEqual(bodies(1, 3));
    expect(events.slice(3)).toEqual(['sent', 'sent', 'sent']);
    expect(list()).toEqual([]);
    expect(await browser.store.load()).toEqual([]);
  });

  it('sends nothing that is not yet kept', async () => {
    let kept: (order: number) => void = () => undefined;
    const slow: OutboxStore = { ...browser.store, add: () => new Promise((resolve) => (kept = resolve)) };
    const { outbox, list } = browser.open(server, true, slow);
    outbox.add(entry(1));
    await settle();
    expect(list()).toEqual(['message 1']);
    expect(server.asked).toEqual([]);
    kept(await browser.store.add(entry(1)));
    await settle();
    expect(server.asked).toEqual(['message 1']);
  });

  it('keeps what was written offline over a reload, and sends it in order', async () => {
    const first = browser.open(server, false);
    for (const n of [2, 1, 3]) first.outbox.add(entry(n));
    await settle();
    first.outbox.stop();

    const again = browser.open(server, false);
    await settle();
    expect(again.list()).toEqual(['message 2', 'message 1', 'message 3']);
    expect(again.events).toEqual(['changed']);
    again.connection.set(true);
    await settle();
    expect(server.asked).toEqual(['message 2', 'message 1', 'message 3']);
  });

  it('retries what may pass, with the same id, and stores it once', async () => {
    let failures = 3;
    server.answer = (input) => {
      const answer = server.store(input); // stored, and the answer lost
      return failures-- > 0 ? Promise.reject(new CommandError('timeout', '')) : Promise.resolve(answer);
    };
    const { outbox, list } = browser.open(server);
    outbox.add(entry(1));
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(4);
    expect(server.stored).toHaveLength(1);
    expect(list()).toEqual([]);
  });

  it.each(['unauthenticated', 'protocol', 'unavailable', 'timeout'] as const)(
    'calls nothing failed because of %s: what waits goes out later',
    async (code) => {
      server.answer = () => Promise.reject(new CommandError(code, ''));
      const { outbox, list, connection } = browser.open(server);
      for (const n of [1, 2]) outbox.add(entry(n));
      await vi.advanceTimersByTimeAsync(60_000);
      expect(list()).toEqual(bodies(1, 2));
      expect(server.asked).not.toContain('message 2');
      server.answer = (input) => Promise.resolve(server.store(input));
      connection.set(false);
      connection.set(true);
      await vi.runAllTimersAsync();
      expect(server.stored).toEqual(bodies(1, 2));
    },
  );

  it('waits as long as the server says, also over a reconnection and in another tab', async () => {
    let limited = true;
    server.answer = (input) =>
      limited ? Promise.reject(new CommandError('rate_limited', '', 7_000)) : Promise.resolve(server.store(input));
    const { outbox, connection } = browser.open(server);
    const other = browser.open(server);
    outbox.add(entry(1));
    await vi.advanceTimersByTimeAsync(3_000);
    for (const tab of [connection, other.connection]) {
      tab.set(false);
      tab.set(true);
    }
    await vi.advanceTimersByTimeAsync(3_900);
    expect(server.asked).toHaveLength(1);
    limited = false;
    await vi.advanceTimersByTimeAsync(7_000 * 0.25 + 200);
    expect(server.asked).toHaveLength(2);
    expect(server.stored).toEqual(['message 1']);
  });

  it('keeps what was refused for good, with the reason, lets the rest pass, and retries it in its place', async () => {
    let refuse = true;
    server.answer = (input) =>
      refuse && input.body === 'message 1'
        ? Promise.reject(new CommandError('forbidden', 'No.'))
        : Promise.resolve(server.store(input));
    const { outbox, list } = browser.open(server);
    outbox.add(entry(1));
    outbox.add(entry(2));
    await settle();
    expect(list()).toEqual(['message 1 (forbidden)']);
    expect(outbox.waiting.get()).toBe(0);
    expect(outbox.refused.get()).toHaveLength(1);
    outbox.stop();

    refuse = false;
    const again = browser.open(server);
    await settle();
    expect(again.list()).toEqual(['message 1 (forbidden)']); // its author decides
    again.connection.set(false);
    again.outbox.add(entry(3));
    again.outbox.retry(uuid(1));
    await settle();
    expect(again.list()).toEqual(['message 1', 'message 3']);
    again.connection.set(true);
    await settle();
    expect(server.stored).toEqual(['message 2', 'message 1', 'message 3']);
    expect(again.outbox.refused.get()).toEqual([]);
  });

  it('gives up what is discarded, and what a fact shows to be stored', async () => {
    const { outbox, events, list, connection } = browser.open(server, false);
    outbox.add(entry(1));
    outbox.add(entry(2));
    outbox.remove(uuid(1));
    await settle();
    outbox.settle(server.store(entry(2)).message);
    await settle();
    expect(events.slice(2)).toEqual(['discarded', 'sent']);
    connection.set(true);
    await settle();
    expect(server.asked).toEqual([]);
    expect(list()).toEqual([]);
    expect(await browser.store.load()).toEqual([]);
  });

  it('is the same in two tabs, and sent once', async () => {
    const one = browser.open(server, false);
    const other = browser.open(server, false);
    await settle();
    one.outbox.add(entry(1));
    await settle();
    other.outbox.add(entry(2));
    await settle();
    one.outbox.add(entry(3));
    await settle();
    expect(one.list()).toEqual(bodies(1, 3));
    expect(other.list()).toEqual(bodies(1, 3));

    one.connection.set(true);
    other.connection.set(true);
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(bodies(1, 3));
    for (const tab of [one, other]) {
      expect(tab.list()).toEqual([]);
      expect(tab.events.filter((event) => event === 'sent')).toHaveLength(3);
    }
  });

  it('says in both tabs what was refused, what is tried again, and what is given up', async () => {
    server.answer = () => Promise.reject(new CommandError('forbidden', 'No.'));
    const one = browser.open(server);
    const other = browser.open(server, false);
    await settle();
    one.outbox.add(entry(1));
    one.outbox.add(entry(2));
    await settle();
    expect(other.list()).toEqual(['message 1 (forbidden)', 'message 2 (forbidden)']);
    other.outbox.remove(uuid(2));
    await settle();
    expect(one.list()).toEqual(['message 1 (forbidden)']);
    server.answer = (input) => Promise.resolve(server.store(input));
    // The tab that has no connection asks; the other sends.
    other.outbox.retry(uuid(1));
    await vi.runAllTimersAsync();
    expect(server.stored).toEqual(['message 1']);
    expect([...one.list(), ...other.list()]).toEqual([]);
  });

  it('is sent by whichever tab has a connection, and by the next one when that is closed', async () => {
    const dead = browser.open(server, false);
    const alive = browser.open(server);
    await settle();
    dead.outbox.add(entry(1));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(server.stored).toEqual(['message 1']);
    expect(dead.list()).toEqual([]);

    let release: () => void = () => undefined;
    server.answer = (input) =>
      new Promise((resolve) => {
        const answer = server.store(input);
        release = () => resolve(answer);
      });
    for (const n of [2, 3]) alive.outbox.add(entry(n));
    await settle();
    dead.connection.set(true);
    await settle();
    expect(server.asked).toEqual(bodies(1, 2));
    // The browser takes a closed tab's lock away; its command fails with its connection.
    alive.outbox.stop();
    alive.connection.set(false);
    server.answer = (input) => Promise.resolve(server.store(input));
    release();
    await vi.runAllTimersAsync();
    expect(server.stored).toEqual(bodies(1, 3));
    expect(dead.list()).toEqual([]);
  });

  it('takes up what it was not told while it was asleep', async () => {
    const one = browser.open(server, false);
    one.outbox.add(entry(1));
    await settle();
    const [kept] = await browser.store.load();
    await browser.store.remove(kept?.order ?? 0);
    await browser.store.add(entry(2));
    await one.outbox.reread();
    expect(one.list()).toEqual(['message 2']);
  });

  it('does without a store that fails, in the order of writing, and says that it could be lost', async () => {
    let broken = false;
    const refuse = () => Promise.reject(new Error('quota'));
    const fragile: OutboxStore = {
      ...browser.store,
      add: (one) => (broken ? refuse() : browser.store.add(one)),
      losable: () => false,
    };
    const { outbox, list, connection } = browser.open(server, false, withSpareMemory(fragile));
    const told: boolean[] = [];
    outbox.losable.subscribe(() => told.push(outbox.losable.get()));
    await settle();
    outbox.add(entry(1));
    await settle();
    expect(outbox.losable.get()).toBe(false);
    broken = true;
    outbox.add(entry(2));
    await settle();
    broken = false;
    outbox.add(entry(3));
    await settle();
    expect(outbox.losable.get()).toBe(true);
    await outbox.reread();
    expect(list()).toEqual(bodies(1, 3));
    connection.set(true);
    await settle();
    expect(server.asked).toEqual(bodies(1, 3));
    expect(told).toEqual([true, false]);
  });

  it('sends on when the store can no longer be read or written', async () => {
    const refuse = () => Promise.reject(new Error('gone'));
    const broken: OutboxStore = { ...browser.store, next: refuse, remove: refuse, update: refuse };
    server.answer = (input) =>
      input.body === 'message 2'
        ? Promise.reject(new CommandError('forbidden', 'No.'))
        : Promise.resolve(server.store(input));
    const { outbox, list } = browser.open(server, true, broken);
    for (const n of [1, 2, 3]) outbox.add(entry(n));
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(bodies(1, 3));
    expect(list()).toEqual(['message 2 (forbidden)']);
  });

  it('leaves other tabs out of what only one tab’s memory holds', async () => {
    const full: OutboxStore = { ...browser.store, add: () => Promise.reject(new Error('quota')) };
    const one = browser.open(server, false, withSpareMemory(full));
    const other = browser.open(server, false, withSpareMemory(full));
    await settle();
    one.outbox.add(entry(1));
    other.outbox.add(entry(2));
    server.answer = () => Promise.reject(new CommandError('forbidden', 'No.'));
    one.connection.set(true);
    await settle();
    expect(one.list()).toEqual(['message 1 (forbidden)']);
    expect(other.list()).toEqual(['message 2']);
    one.connection.set(false);
    one.outbox.retry(uuid(1));
    await settle();
    expect(other.list()).toEqual(['message 2']);
    server.answer = (input) => Promise.resolve(server.store(input));
    other.connection.set(true);
    one.connection.set(true);
    await vi.runAllTimersAsync();
    expect(server.stored).toEqual(['message 2', 'message 1']);
  });

  it('holds nothing in memory that another tab has found kept after all, and sent', async () => {
    const fragile: OutboxStore = {
      ...browser.store,
      add: async (one) => Promise.reject(new Error(`no answer for ${await browser.store.add(one)}`)),
      losable: () => false,
    };
    const one = browser.open(server, false, withSpareMemory(fragile));
    const other = browser.open(server);
    await settle();
    one.outbox.add(entry(1));
    await settle();
    expect(one.outbox.losable.get()).toBe(true);
    await other.outbox.reread();
    await settle();
    expect(server.stored).toEqual(['message 1']);
    expect(one.list()).toEqual([]);
    expect(one.outbox.losable.get()).toBe(false);
  });

  it('keeps once what a slow store has taken after all', async () => {
    const slow: OutboxStore = {
      ...browser.store,
      add: async (one) => {
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        return browser.store.add(one);
      },
    };
    const { outbox, list } = browser.open(server, false, withSpareMemory(slow));
    outbox.add(entry(1));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(list()).toEqual(['message 1']);
    expect(await browser.store.load()).toEqual([]);
  });

  it('sends again what was refused although the store does not take that it waits', async () => {
    let full = false;
    const store: OutboxStore = {
      ...browser.store,
      update: (one) => (full ? Promise.reject(new Error('quota')) : browser.store.update(one)),
    };
    server.answer = () => Promise.reject(new CommandError('forbidden', 'No.'));
    const { outbox, list, connection } = browser.open(server, true, store);
    for (const n of [1, 2]) outbox.add(entry(n));
    await settle();
    connection.set(false);
    full = true;
    outbox.retry(uuid(1));
    await settle();
    await outbox.reread();
    expect(list()).toEqual(['message 1', 'message 2 (forbidden)']);
    server.answer = (input) => Promise.resolve(server.store(input));
    connection.set(true);
    await settle();
    expect(server.stored).toEqual(['message 1']);
    expect(list()).toEqual(['message 2 (forbidden)']);
    expect(await browser.store.load()).toMatchObject([{ body: 'message 2' }]);
    server.answer = () => Promise.reject(new CommandError('forbidden', 'No.'));
    outbox.add(entry(3));
    await settle();
    expect(server.asked).toEqual(['message 1', 'message 2', 'message 1', 'message 3']);
  });

  it('takes nothing back that happened while the store was read', async () => {
    const slow: OutboxStore = {
      ...browser.store,
      load: async () => {
        const kept = await browser.store.load();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return kept;
      },
    };
    server.answer = () => Promise.reject(new CommandError('forbidden', 'No.'));
    const { outbox, list, connection } = browser.open(server, false, slow);
    await vi.advanceTimersByTimeAsync(1_100);
    outbox.add(entry(1));
    await settle();
    void outbox.reread();
    await settle();
    outbox.add(entry(2));
    connection.set(true);
    await settle();
    connection.set(false);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(list()).toEqual(['message 1 (forbidden)', 'message 2 (forbidden)']);
  });

  it('shows nothing as refused that was given up on its way', async () => {
    let refuse: () => void = () => undefined;
    server.answer = () =>
      new Promise((_, reject) => {
        refuse = () => reject(new CommandError('forbidden', 'No.'));
      });
    const { outbox, list } = browser.open(server);
    outbox.add(entry(1));
    await settle();
    outbox.remove(uuid(1));
    refuse();
    await settle();
    expect(list()).toEqual([]);
    expect(outbox.refused.get()).toEqual([]);
  });

  it('keeps thousands, counts them, and sends them in order', async () => {
    const { outbox, connection } = browser.open(server, false);
    for (let n = 1; n <= 2_500; n++) outbox.add(entry(n));
    await settle();
    expect(outbox.waiting.get()).toBe(2_500);
    server.answer = (input) => {
      server.stored.push(input.body);
      return Promise.resolve({ message: { ...new FakeServer().store(input).message } });
    };
    connection.set(true);
    await vi.runAllTimersAsync();
    expect(server.stored).toEqual(bodies(1, 2_500));
    expect(outbox.waiting.get()).toBe(0);
  });
});
