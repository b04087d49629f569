import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Edge } from '../edge';

/* What the front door and Next say to each other in headers, and what nobody else may say to Next. */

/** The status of a page that is the answer to a form, whatever the page itself would say. */
export const PAGE_STATUS_HEADER = 'x-beseda-status';

/** Headers that only we, or Next inside us, may set; and those of Next features that this service does not use. */
const INTERNAL_HEADER =
  /^(?:x-beseda-.*|x-nonce|content-security-policy(?:-report-only)?|x-middleware-.*|x-invoke-.*|x-matched-path|x-now-route-matches|x-nextjs-.*|x-next-.*|x-prerender-revalidate.*|next-resume|next-action|x-forwarded-host|x-forwarded-port)$/;

/** Takes off a request what only we say to Next. */
export function stripInternalHeaders(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) if (INTERNAL_HEADER.test(name)) delete request.headers[name];
}

/** Tells Next what is known of a request: the nonce of its scripts, and who asks. */
export function prepareForNext(request: IncomingMessage, edge: Edge, nonce: string, policy: string): void {
  request.headers['x-nonce'] = nonce;
  request.headers['content-security-policy'] = policy;
  request.headers['x-beseda-client'] = edge.address;
  request.headers['x-beseda-scheme'] = edge.secure ? 'https' : 'http';
}

/** Keeps in `Vary` that an address has a page and JSON: Next writes the header anew. */
export function keepVary(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (status: number, ...rest: []) => {
    const said = String(response.getHeader('vary') ?? '');
    if (!/\bAccept(?!-)/i.test(said)) response.setHeader('vary', said === '' ? 'Accept' : `Accept, ${said}`);
    return writeHead(status, ...rest);
  };
}
