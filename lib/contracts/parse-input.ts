import type { z } from 'zod';
import { AppError } from './errors';
import { FIELD_MESSAGES } from './values';

/**
 * Parses what came from outside.
 *
 * @returns what the schema makes of it
 * @throws AppError `unprocessable`, with one entry for each field that is missing, unknown or wrong
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: FIELD_MESSAGES.unknown }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );
  // Zod measures an empty array as it would a text: what is of the wrong type has no length to complain of.
  const errors = complaints.filter(({ path }, index) => complaints.findIndex((one) => one.path === path) === index);
  throw new AppError('unprocessable', errors.map(({ path, message }) => `${path}: ${message}`).join(' '), { errors });
}
