import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Handshakes } from './handshakes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Handshakes that end when they are told to, and the order in which they began. */
function crowd(handshakes: Handshakes) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    come: (name: string) =>
      handshakes.run(() => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      }),
    end: async (name: string) => {
      ends.get(name)?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

const refusal = { code: 'unavailable', retryAfterMs: expect.any(Number) as number };

describe('a crowd at the door', () => {
  it('is let in so many at a time, in the order it came', async () => {
    const { begun, come, end } = crowd(new Handshakes({ atOnce: 2, line: 10 }));
    const all = ['a', 'b', 'c', 'd'].map(come);
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    await end('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('makes room when a handshake fails', async () => {
    const handshakes = new Handshakes({ atOnce: 1, line: 10 });
    await expect(handshakes.run(() => Promise.reject(new Error('bad token')))).rejects.toThrow('bad token');
    expect(await handshakes.run(() => Promise.resolve('in'))).toBe('in');
  });

  it('is refused beyond the line, at the door already, and told to spread', async () => {
    const handshakes = new Handshakes({ atOnce: 1, line: 1 });
    const { come } = crowd(handshakes);
    void come('a');
    void come('b');
    await expect(come('c')).rejects.toMatchObject(refusal);
    const waits = Array.from({ length: 50 }, () => {
      try {
        handshakes.refuseBeyondLine();
      } catch (error) {
        return (error as { retryAfterMs: number }).retryAfterMs;
      }
      return 0;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(new Set(waits).size).toBeGreaterThan(25);
  });

  it('is not let in when its client has long given up', async () => {
    const { begun, come, end } = crowd(new Handshakes({ atOnce: 1, line: 10 }));
    void come('a');
    const late = expect(come('b')).rejects.toMatchObject(refusal);
    vi.advanceTimersByTime(25_000);
    void come('c');
    await end('a');
    await late;
    expect(begun).toEqual(['a', 'c']);
  });

  it('goes away when the service does', async () => {
    const handshakes = new Handshakes({ atOnce: 1, line: 10 });
    const { come } = crowd(handshakes);
    void come('a');
    const waiting = expect(come('b')).rejects.toMatchObject(refusal);
    handshakes.close();
    await waiting;
    await expect(come('c')).rejects.toMatchObject(refusal);
  });
});
