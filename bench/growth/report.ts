import { table } from '../statistics';
import { median, type Results } from '../scenarios/results';
import { COMPARED_WITH, DIMENSIONS, type DimensionName } from './dimensions';
import { exponent, ratioTo, type Point } from './exponent';
import { OPERATIONS } from './operations';

/** What the largest size may cost, compared with a thousand. */
export const GOAL = 1.3;

/** The medians of an operation, from the smallest size to the largest. */
export function pointsOf(bySize: Record<string, number[]>): Point[] {
  return Object.entries(bySize)
    .map(([size, costs]) => ({ size: Number(size), cost: median(costs) }))
    .toSorted((a, b) => a.size - b.size);
}

function dimensionTable(name: DimensionName, byOperation: Record<string, Record<string, number[]>>): string {
  const all = Object.values(byOperation).flatMap((bySize) => pointsOf(bySize).map(({ size }) => size));
  const sizes = [...new Set(all)].toSorted((a, b) => a - b);
  const rows = Object.entries(byOperation).map(([operation, bySize]) => {
    const points = pointsOf(bySize);
    const costs = sizes.map((size) => points.find((point) => point.size === size)?.cost.toFixed(2) ?? '–');
    // Where the largest size could not be measured, there is no ratio of it.
    const ratio = points.at(-1)?.size !== sizes.at(-1) ? Number.NaN : ratioTo(points, COMPARED_WITH);
    const bounded = OPERATIONS.find((one) => one.name === operation)?.bounded ?? false;
    const verdict = !bounded ? '' : ratio <= GOAL ? 'yes' : 'NO';
    return [operation, ...costs, exponent(points).toFixed(2), ratio.toFixed(2), verdict];
  });
  const head = [
    '',
    ...sizes.map((size) => size.toLocaleString('en')),
    'exponent',
    `largest / ${COMPARED_WITH.toLocaleString('en')}`,
    `≤ ${GOAL}`,
  ];
  return `${DIMENSIONS[name].title}\n${table(head, rows)}`;
}

/** What everything cost at every size, how it grows, and whether that stays within the goal. */
export function describeGrowth(results: Results): string {
  return (Object.keys(DIMENSIONS) as DimensionName[])
    .flatMap((name) => (results.figures[name] ? [dimensionTable(name, results.figures[name])] : []))
    .concat(results.notes.map((note) => `- ${note}`).join('\n'))
    .join('\n\n');
}
