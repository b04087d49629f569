import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { problemOf } from '../problem';
import { givenRequestId, underRequest } from '../request-id';
import { PAGE_STATUS_HEADER } from './next-headers';
import { applyPageStatus, forcePageStatus } from './page-status';
import { checkRouterState } from './router-state';

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The door of the process that makes pages. Only the front door comes to it, so what its headers say is believed.
 *
 * @param next Next's request handler
 */
export function createPageDoor(next: Listener): RequestListener {
  return (request, response) => {
    const forced = request.headers[PAGE_STATUS_HEADER];
    if (forced !== undefined) forcePageStatus(response, Number(forced));
    else applyPageStatus(response, String(request.headers['x-nonce']));
    const answer = () => {
      new Promise<void>((resolve) => {
        checkRouterState(request);
        resolve(next(request, response));
      }).catch((error: unknown) => {
        if (response.headersSent) return void response.destroy();
        const { status, headers, body } = problemOf(error);
        response.writeHead(status, headers).end(body);
      });
    };
    // Next itself keeps track of what belongs to which request.
    underRequest(givenRequestId(request) ?? '', response, answer, true);
  };
}
