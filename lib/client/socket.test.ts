import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createChatSocket, type ChatSocket } from './socket';

/** The library's connection, as a test has it: who is asked for what, and whether anybody answers. */
const line = vi.hoisted(() => ({
  connected: false,
  id: 'one',
  attempts: 0,
  answering: true,
  asked: [] as string[],
  hearers: new Map<string, () => void>(),
}));

vi.mock('socket.io-client', () => ({
  io: () => {
    const made = {
      io: { on: (name: string, handler: () => void) => line.hearers.set(name, handler) },
      on: (name: string, handler: () => void) => line.hearers.set(name, handler),
      get connected() {
        return line.connected;
      },
      get id() {
        return line.id;
      },
      connect: () => {
        line.attempts++;
        return made;
      },
      disconnect: () => {
        line.connected = false;
        return made;
      },
      timeout: (milliseconds: number) => ({
        emitWithAck: (name: string) => {
          line.asked.push(name);
          return new Promise((resolve, reject) => {
            if (line.answering) resolve({ ok: true });
            else setTimeout(() => reject(new Error('timeout')), milliseconds);
          });
        },
      }),
    };
    return made;
  },
}));

describe('createChatSocket', () => {
  let socket: ChatSocket;
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const wake = () => page.dispatchEvent(new Event('visibilitychange'));
  const connect = () => {
    line.connected = true;
    line.hearers.get('connect')?.();
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', page);
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal('navigator', { onLine: true });
    Object.assign(line, { connected: false, attempts: 0, answering: true, asked: [] });
    socket = createChatSocket(1, () => undefined);
    socket.open();
  });
  afterEach(() => {
    socket.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('does not break off an attempt that is under way when the page is woken', () => {
    expect(line.attempts).toBe(1);
    vi.advanceTimersByTime(2_000);
    wake();
    expect(line.attempts).toBe(1);
    vi.advanceTimersByTime(4_000);
    line.hearers.get('reconnect_attempt')?.();
    vi.advanceTimersByTime(6_000);
    wake();
    expect(line.attempts).toBe(1);
  });

  it('connects at once when the page is woken long after the last attempt', () => {
    vi.advanceTimersByTime(10_000);
    wake();
    expect(line.attempts).toBe(2);
  });

  it('asks whether the connection lives when an answer does not come, and connects anew when it does not', async () => {
    connect();
    vi.advanceTimersByTime(60_000);
    line.answering = false;
    const failed = expect(socket.command('room:leave', { room: 'general' })).rejects.toMatchObject({ code: 'timeout' });
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    expect(line.asked).toEqual(['room:leave', 'probe']);
    expect(line.attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(line.attempts).toBe(2);
  });
});
