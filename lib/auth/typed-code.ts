/** Characters: whatever is longer was not copied from where codes stand. */
const MAX_LENGTH = 100;

/** White space, dashes of every kind, the minus sign, and what takes no room. */
const BETWEEN = /[\s\p{Pd}\p{Cf}\u2212]/gu;

/**
 * A code without what people, keyboards and clipboards add to it: full-width characters become usual ones (NFKC), capitals small;
 * spaces and dashes go.
 *
 * @returns empty for what cannot be a code
 */
export function normaliseCode(typed: string): string {
  if (typed.length > MAX_LENGTH) return '';
  return typed.normalize('NFKC').toLowerCase().replace(BETWEEN, '');
}
