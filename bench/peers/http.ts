import { serve } from './peer';

/*
 * A bare `http` server: the least that an answer costs.
 */

await serve(
  () => undefined,
  (_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('an answer'),
);
