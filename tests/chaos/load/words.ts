/** Waits. */
export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds as a report tells them. */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

/** Bytes as a report tells them. */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** Counts by reason as a report tells them. */
export const reasons = (counts: readonly [reason: string, count: number][]): string =>
  counts.map(([reason, count]) => `${reason}: ${count}`).join(', ') || 'none';
