import { expect, it } from 'vitest';
import { exponent, ratioTo } from './exponent';

const SIZES = [10, 100, 1_000, 10_000];
const grown = (cost: (size: number) => number) => SIZES.map((size) => ({ size, cost: cost(size) }));

it.each([
  ['nothing', () => 7, 0],
  ['the size', (size: number) => 3 * size, 1],
  ['its square root', (size: number) => 0.2 * Math.sqrt(size), 0.5],
  ['its square', (size: number) => size ** 2, 2],
])('finds the exponent of what grows with %s', (_, cost, expected) => {
  expect(exponent(grown(cost))).toBeCloseTo(expected, 10);
});

it('draws the line between points that lie on none', () => {
  expect(
    exponent([
      { size: 1, cost: 1 },
      { size: 10, cost: 100 },
      { size: 100, cost: 100 },
    ]),
  ).toBeCloseTo(1, 10);
});

it('compares the largest size with a thousand, in whatever order they come', () => {
  const points = grown((size) => size / 100).toReversed();
  expect(ratioTo(points, 1_000)).toBeCloseTo(10, 10);
  expect(ratioTo(points, 5_000)).toBeNaN();
});
