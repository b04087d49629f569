import { expect, it } from 'vitest';
import { findMost } from './capacity';

/** A server that bears so much, but for the attempts that have bad luck. */
function server(bears: number, badLuck: readonly number[] = []) {
  const asked: number[] = [];
  const measure = (rate: number) => {
    asked.push(rate);
    return Promise.resolve(rate <= bears && !badLuck.includes(asked.length) ? { rate } : null);
  };
  return { asked, measure };
}

it.each([3, 40, 50, 99, 1_234, 16_000])('finds the %i that a server bears, within a tenth', async (bears) => {
  const found = await findMost(server(bears).measure, { start: 50, factor: 2, refine: 3 });
  expect(found?.rate).toBeLessThanOrEqual(bears);
  expect(found?.rate).toBeGreaterThan(bears * 0.9);
});

it('is not misled by one hiccup', async () => {
  const found = await findMost(server(1_000, [3]).measure, { start: 50, factor: 2, refine: 3 });
  expect(found?.rate).toBeGreaterThan(900);
});

it('gives up on a server that bears nothing', async () => {
  expect(await findMost(server(0).measure, { start: 50, factor: 2, refine: 3 })).toBeNull();
});
