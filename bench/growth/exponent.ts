/** What something cost at one size. */
export interface Point {
  size: number;
  cost: number;
}

/**
 * How a cost grows with a size: the exponent `e` of cost = c · size^e, as the slope of a straight line through the logarithms of both, by least
 * squares. 0: it does not grow; 1: in proportion.
 *
 * @param points of at least two different sizes, all costs above zero
 */
export function exponent(points: readonly Point[]): number {
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }));
  const mean = (pick: (log: { x: number; y: number }) => number) =>
    logs.reduce((sum, log) => sum + pick(log), 0) / logs.length;
  const [x, y] = [mean((log) => log.x), mean((log) => log.y)];
  const covariance = logs.reduce((sum, log) => sum + (log.x - x) * (log.y - y), 0);
  const variance = logs.reduce((sum, log) => sum + (log.x - x) ** 2, 0);
  return covariance / variance;
}

/**
 * What the largest size costs, compared with another.
 *
 * @returns NaN where that other size was not measured
 */
export function ratioTo(points: readonly Point[], size: number): number {
  const largest = points.toSorted((a, b) => a.size - b.size).at(-1);
  const other = points.find((point) => point.size === size);
  return largest && other ? largest.cost / other.cost : Number.NaN;
}
