import { expect, it } from 'vitest';
import { returnSpread } from './return-spread';

it('is wider the more come back, within what a person bears', () => {
  expect([0, 100, 1_000, 5_000, 10_000, 15_000, 1_000_000].map(returnSpread)).toEqual([
    2_000, 2_000, 2_000, 10_000, 20_000, 30_000, 30_000,
  ]);
});
