import type { IncomingMessage } from 'node:http';
import { problemOf } from '../problem';
import { givenRequestId } from '../request-id';

/** An error as a response with problem details. @param request which failed, for the log */
export function problem(error: unknown, request?: IncomingMessage): Response {
  const { status, headers, body } = problemOf(error, 'http', request && givenRequestId(request));
  return new Response(body, { status, headers });
}
