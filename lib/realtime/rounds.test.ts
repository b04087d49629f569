import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Rounds } from './rounds';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('visits each once in a period, spread over it, and again after a while', () => {
  const visits: [name: string, at: number][] = [];
  const begun = Date.now();
  const note = (prefix: string) => (name: string) => void visits.push([prefix + name, Date.now() - begun]);
  const rounds = new Rounds<string>(1_000, [
    { after: 600, visit: note('late ') },
    { after: 0, visit: note('') },
  ]);
  rounds.add('anna');
  vi.advanceTimersByTime(400);
  rounds.add('boris');
  vi.advanceTimersByTime(1_600);
  expect(visits).toEqual([
    ['late anna', 600],
    ['late boris', 1_000],
    ['anna', 1_000],
    ['boris', 1_400],
    ['late anna', 1_600],
    ['late boris', 2_000],
    ['anna', 2_000],
  ]);
  rounds.delete('anna');
  vi.advanceTimersByTime(1_000);
  expect(visits.slice(7).map(([name]) => name)).toEqual(['boris', 'late boris']);
  rounds.close();
  vi.advanceTimersByTime(2_000);
  expect(visits).toHaveLength(9);
});
