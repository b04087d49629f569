import type { z } from 'zod';
import { AppError } from '../contracts/errors';

/**
 * Parses what came from outside.
 *
 * @returns what the schema makes of it
 * @throws AppError `unprocessable`, with each field that is missing, unknown or wrong
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'This field is unknown.' }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );
  // Zod may say the same of a field twice: that it is of the wrong type, and too short.
  const unique = new Map(errors.map((error) => [`${error.path}\n${error.message}`, error]));
  throw new AppError('unprocessable', 'Some fields are not right.', { errors: [...unique.values()] });
}
