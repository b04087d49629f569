import { describe, expect, it } from 'vitest';
import { FAULTS } from './faults/all';
import { readDuration, readOptions } from './options';
import { planOf } from './plan';

const told = (plan: ReturnType<typeof planOf>) => plan.map(({ fault, gap, seed }) => [fault.name, gap, seed]);

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    const options = { seed: 7, length: 'full', only: undefined } as const;
    expect(told(planOf('given', options))).toEqual(told(planOf('given', options)));
    expect(told(planOf('given', { ...options, seed: 8 }))).not.toEqual(told(planOf('given', options)));
  });

  it('has at least 300 faults at full length, and 20 kills of the server at quick length', () => {
    const count = (length: 'quick' | 'full', only?: string[]) =>
      (['given', 'embedded', 'small disk'] as const).reduce(
        (sum, kind) => sum + planOf(kind, { seed: 1, length, only }).length,
        0,
      );
    expect(count('full')).toBeGreaterThanOrEqual(300);
    expect(count('quick', ['kill-server'])).toBe(20);
  });

  it('has every fault at full length', () => {
    for (const { name, full } of FAULTS) expect(Object.values(full), name).not.toHaveLength(0);
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });
});

describe('the command line', () => {
  it('is quick by default, with a seed of its own', () => {
    expect(readOptions([])).toMatchObject({ mode: 'quick', only: undefined, verbose: false });
    expect(readOptions(['--full', '--seed', '12', '--only', 'kill-server, cut-all'])).toMatchObject({
      mode: 'full',
      seed: 12,
      only: ['kill-server', 'cut-all'],
    });
    expect(readOptions(['--soak', '20m'])).toMatchObject({ mode: 'soak', durationMs: 1_200_000, duration: '20m' });
  });

  it.each([['--quick', '--full'], ['--seed', 'x'], ['--only', 'nothing'], ['--soak', 'long'], ['--no-such']])(
    'refuses %s %s',
    (...args) => {
      expect(() => readOptions(args)).toThrow();
    },
  );

  it('knows lengths of time', () => {
    expect(['2h', '90s'].map(readDuration)).toEqual([7_200_000, 90_000]);
  });
});
