import type { ServerResponse } from 'node:http';
import { ERROR_STATUS } from '../contracts/errors';
import { retryAfterSeconds } from '../problem';

/** What a page wants to be answered with. */
export interface PageStatus {
  status: number;
  retryAfterMs?: number | undefined;
}

/** By the request's nonce. The door of pages and Next's bundle hold different instances of this module. */
const shared = globalThis as typeof globalThis & { besedaPageStatus?: Map<string, PageStatus | null> };
const statuses = (shared.besedaPageStatus ??= new Map<string, PageStatus | null>());

/** A page that failed is told as everything that fails here: not now, rather than never. */
const FAILED: PageStatus = { status: ERROR_STATUS.unavailable, retryAfterMs: 1_000 };

/**
 * Notes the status that a page wants to be answered with. Next itself gives a page no way but to throw, and what it sends then
 * is empty until scripts run.
 *
 * @param nonce the request's `x-nonce` header; one that is not being rendered is passed over
 */
export function notePageStatus(nonce: string, wanted: PageStatus): void {
  if (statuses.has(nonce)) statuses.set(nonce, wanted);
}

/** Lets the page that Next is about to render for this request decide its status. */
export function applyPageStatus(response: ServerResponse, nonce: string): void {
  const writeHead = response.writeHead.bind(response);
  statuses.set(nonce, null);
  response.writeHead = (status: number, ...rest: []) => {
    const wanted = statuses.get(nonce) ?? (status === 500 ? FAILED : { status });
    if (wanted.retryAfterMs !== undefined) response.setHeader('retry-after', retryAfterSeconds(wanted.retryAfterMs));
    return writeHead(wanted.status, ...rest);
  };
  response.once('close', () => statuses.delete(nonce));
}

/** Has a page answered with this status, whatever it decides itself. */
export function forcePageStatus(response: ServerResponse, status: number): void {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (_status: number, ...rest: []) => writeHead(status, ...rest);
}
