/** How something has grown. */
export interface Growth {
  /** its median in the second quarter of the samples, when everything has warmed up */
  second: number;
  /** its median in the last quarter */
  last: number;
  /** how much the last exceeds the second: 0.05 is five per cent */
  growth: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * Compares the last quarter of evenly spaced samples with the second: the first is warming up, and medians forget single peaks.
 *
 * @param samples at least four
 */
export function growthOf(samples: readonly number[]): Growth {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) throw new RangeError('Four samples are the least that have quarters');
  const second = median(samples.slice(quarter, 2 * quarter));
  const last = median(samples.slice(-quarter));
  return { second, last, growth: second === 0 ? 0 : last / second - 1 };
}
