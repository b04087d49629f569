import type { RawData } from 'ws';

/** A text frame as it came. */
export function rawText(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : '';
}
