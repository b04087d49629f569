import type { RequestListener } from 'node:http';
import { log } from '../log';
import { metrics } from '../metrics';
import { REQUEST_ID_HEADER, requestIdOf, underRequest } from '../request-id';

/**
 * Gives each request its id, for the answer, the log and whoever makes its page; and tells how it was answered: to the metrics while
 * somebody scrapes, and to the log at level `debug`, because a proxy in front has a log of its own.
 *
 * @param routeOf the pattern that a path goes by: the path itself may hold a secret, and there are too many
 */
export function accompanied(
  routeOf: (method: string, path: string) => string,
  answer: RequestListener,
): RequestListener {
  return (request, response) => {
    // A form's page changes both.
    const { method = '', url = '/' } = request;
    const id = requestIdOf(request);
    const begun = performance.now();
    request.headers[REQUEST_ID_HEADER] = id;
    response.setHeader(REQUEST_ID_HEADER, id);
    response.once('close', () => {
      const { meters } = metrics();
      const isLogged = log.isLevelEnabled('debug');
      if (!meters && !isLogged) return;
      const route = routeOf(method, url.split('?')[0] ?? '');
      const status = response.headersSent ? response.statusCode : undefined;
      const milliseconds = performance.now() - begun;
      meters?.request({ method, route, status, milliseconds });
      if (isLogged) log.debug({ requestId: id, method, route, status, milliseconds }, 'request');
    });
    underRequest(id, response, () => answer(request, response));
  };
}
