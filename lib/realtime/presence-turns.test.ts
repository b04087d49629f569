import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PresenceTurns, type Teller } from './presence-turns';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function room(listeners: number) {
  return { listeners, tell: vi.fn<Teller['tell']>() };
}

it('tells of many arrivals in a room once, half a second later', () => {
  const turns = new PresenceTurns();
  const one = room(50);
  for (let n = 0; n < 10; n++) turns.ask(one);
  vi.advanceTimersByTime(499);
  expect(one.tell).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_000);
  expect(one.tell).toHaveBeenCalledTimes(1);
});

it('spreads what is dear over rounds, and lets nobody wait longer than the contract allows', () => {
  const turns = new PresenceTurns();
  const rooms = Array.from({ length: 200 }, () => room(50));
  for (const each of rooms) turns.ask(each);
  const told = () => rooms.filter(({ tell }) => tell.mock.calls.length > 0).length;
  vi.advanceTimersByTime(500);
  expect(told()).toBe(20);
  vi.advanceTimersByTime(500);
  expect(told()).toBe(40);
  vi.advanceTimersByTime(3_500);
  expect(told()).toBe(200);
  expect(rooms.every(({ tell }) => tell.mock.calls.length === 1)).toBe(true);
});

it('forgets a room that is gone', () => {
  const turns = new PresenceTurns();
  const one = room(1);
  turns.ask(one);
  turns.cancel(one);
  vi.advanceTimersByTime(5_000);
  expect(one.tell).not.toHaveBeenCalled();
});
