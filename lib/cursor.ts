import type { z } from 'zod';
import { AppError } from './contracts/errors';
import { FIELD_MESSAGES } from './contracts/values';

/** Where the next page of a list goes on: the last row's place in the order, as a text that clients hand back. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * The place that {@link encodeCursor} made a text of.
 *
 * @param schema what a place of this list looks like
 * @throws AppError `unprocessable` for a text that is no cursor of it
 */
export function decodeCursor<Place>(schema: z.ZodType<Place>, text: string): Place {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    throw new AppError('unprocessable', 'This is not the cursor of a page.', {
      errors: [{ path: 'cursor', message: FIELD_MESSAGES.cursor }],
      cause,
    });
  }
}

/** A text as a pattern of LIKE that matches just it. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
