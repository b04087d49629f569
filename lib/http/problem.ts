import { problemOf } from '../problem';

/** An error as a response with problem details. */
export function problem(error: unknown): Response {
  const { status, headers, body } = problemOf(error);
  return new Response(body, { status, headers });
}
