/** Milliseconds for each of those who come back: a node of two cores lets five hundred in within a second when nothing else is to be done. */
const EACH_MS = 2;
/** Milliseconds: a few are spread over as much anyway, and whoever was told to wait longer than half a minute would think the service gone. */
const BOUNDS_MS = { least: 2_000, most: 30_000 };

/**
 * Over how long those are asked to spread their return who lose their server at once.
 *
 * @param connections how many they are
 * @returns milliseconds
 */
export function returnSpread(connections: number): number {
  return Math.min(BOUNDS_MS.most, Math.max(BOUNDS_MS.least, connections * EACH_MS));
}
