import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '@/lib/contracts/entities';
import { CommandError } from './errors';
import { Outbox, type OutboxEntry, type OutboxEvent } from './outbox';
import { memoryStorage } from './storage';

const entry = (n: number, roomId = 3): OutboxEntry => ({
  clientMessageId: `6a4b0c1e-0000-4000-8000-00000000000${n}`,
  roomId,
  room: 'general',
  body: `message ${n}`,
  createdAt: n,
});

type Answer = (input: { body: string; clientMessageId: string }) => Promise<{ message: Message }>;

/** A server that stores each id once, in the order in which they come. */
class FakeServer {
  connected = true;
  readonly stored: string[] = [];
  readonly asked: string[] = [];
  answer: Answer = (input) => Promise.resolve(this.store(input));
  private connect: () => void = () => undefined;

  store({ body, clientMessageId }: { body: string; clientMessageId: string }): { message: Message } {
    if (!this.stored.includes(clientMessageId)) this.stored.push(clientMessageId);
    const seq = this.stored.indexOf(clientMessageId) + 1;
    const createdAt = '2026-11-23T00:00:00.000Z';
    const message = { roomId: 3, seq, revision: seq, author: null, body, clientMessageId, createdAt, editedAt: null };
    return { message: { ...message, deletedAt: null } };
  }

  command = (_name: 'message:send', input: { room: string; body: string; clientMessageId: string }) => {
    this.asked.push(input.body);
    return this.answer(input);
  };

  onConnect = (handler: () => void) => {
    this.connect = handler;
    if (this.connected) handler();
    return () => undefined;
  };

  setConnected(connected: boolean) {
    this.connected = connected;
    if (connected) this.connect();
  }
}

function open(server: FakeServer, storage = memoryStorage()) {
  const outbox = new Outbox(7, server, storage);
  const events: string[] = [];
  outbox.subscribe((event: OutboxEvent) => events.push(`${event.type} ${event.entry.body}`));
  outbox.start();
  return { outbox, events, storage };
}

describe('Outbox', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends in the order of writing and forgets what the server has', async () => {
    const server = new FakeServer();
    const { outbox, events, storage } = open(server);
    for (const n of [1, 2, 3]) outbox.add(entry(n));
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(['message 1', 'message 2', 'message 3']);
    expect(events.filter((event) => event.startsWith('sent'))).toHaveLength(3);
    expect(outbox.list(3)).toEqual([]);
    expect(storage.keys('')).toEqual([]);
  });

  it('keeps what was written offline over a reload, and sends it in order', async () => {
    const server = new FakeServer();
    server.connected = false;
    const { outbox, storage } = open(server);
    outbox.add(entry(2));
    outbox.add(entry(1));
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual([]);
    outbox.stop();

    const again = open(server, storage);
    expect(again.outbox.list(3).map(({ createdAt }) => createdAt)).toEqual([1, 2]);
    server.setConnected(true);
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(['message 1', 'message 2']);
  });

  it('retries what may pass, with the same id, and stores it once', async () => {
    const server = new FakeServer();
    let failures = 3;
    server.answer = (input) => {
      const answer = server.store(input); // stored, and the answer lost
      return failures-- > 0 ? Promise.reject(new CommandError('timeout', '')) : Promise.resolve(answer);
    };
    const { outbox } = open(server);
    outbox.add(entry(1));
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(4);
    expect(server.stored).toHaveLength(1);
    expect(outbox.list(3)).toEqual([]);
  });

  it('waits as long as the server says', async () => {
    const server = new FakeServer();
    let limited = true;
    server.answer = (input) =>
      limited ? Promise.reject(new CommandError('rate_limited', '', 7_000)) : Promise.resolve(server.store(input));
    const { outbox } = open(server);
    outbox.add(entry(1));
    await vi.advanceTimersByTimeAsync(6_900);
    limited = false;
    expect(server.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(server.asked).toHaveLength(2);
  });

  it('keeps what was refused for good, with the reason, and lets the rest pass', async () => {
    const server = new FakeServer();
    let refuse = true;
    server.answer = (input) =>
      refuse && input.body === 'message 1'
        ? Promise.reject(new CommandError('forbidden', 'No.'))
        : Promise.resolve(server.store(input));
    const { outbox, storage } = open(server);
    outbox.add(entry(1));
    outbox.add(entry(2));
    await vi.runAllTimersAsync();
    expect(outbox.list(3)).toEqual([{ ...entry(1), failure: { code: 'forbidden', message: 'No.' } }]);
    outbox.stop();

    refuse = false;
    const again = open(server, storage);
    await vi.runAllTimersAsync();
    expect(again.outbox.list(3)).toHaveLength(1); // its author decides
    again.outbox.add(again.outbox.list(3)[0] ?? entry(1));
    await vi.runAllTimersAsync();
    expect(again.outbox.list(3)).toEqual([]);
  });

  it('gives up what is discarded, and what a fact shows to be stored', async () => {
    const server = new FakeServer();
    server.connected = false;
    const { outbox, events } = open(server);
    outbox.add(entry(1));
    outbox.add(entry(2));
    outbox.remove(entry(1).clientMessageId);
    outbox.settle(server.store(entry(2)).message);
    expect(events.slice(2)).toEqual(['discarded message 1', 'sent message 2']);
    server.setConnected(true);
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual([]);
  });

  it('shows one account nothing of another, and survives what it cannot read', () => {
    const server = new FakeServer();
    server.connected = false;
    const storage = memoryStorage();
    open(server, storage).outbox.add(entry(1));
    storage.set('beseda:outbox:7:broken', '{"body":');
    storage.set('beseda:outbox:7:other', '{"body":1}');
    const other = new Outbox(8, server, storage);
    other.start();
    expect(other.list(3)).toEqual([]);
    expect(open(server, storage).outbox.list(3)).toHaveLength(1);
  });
});
