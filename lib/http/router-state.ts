import type { IncomingMessage } from 'node:http';
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js';
import { AppError } from '../contracts/errors';

/**
 * Refuses what Next would answer as an error of its own, and write into the log: a router state that is none. Read by Next's own
 * reader, because its shape is Next's to change.
 *
 * @throws AppError `bad_request`
 */
export function checkRouterState(request: IncomingMessage): void {
  try {
    parseAndValidateFlightRouterState(request.headers['next-router-state-tree']);
  } catch (cause) {
    throw new AppError('bad_request', 'This is no state of the router.', { cause });
  }
}
