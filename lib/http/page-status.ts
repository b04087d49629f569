import type { ServerResponse } from 'node:http';
import { ERROR_STATUS } from '../contracts/errors';

/** Statuses that pages have asked for, by their request's nonce. The front door and Next hold different instances of this module. */
const shared = globalThis as typeof globalThis & { besedaPageStatus?: Map<string, number> };
const statuses = (shared.besedaPageStatus ??= new Map<string, number>());

/**
 * Notes the status that a page wants to be answered with. Next itself gives a page no way but to throw, and what it sends then
 * is empty until scripts run.
 *
 * @param nonce the request's `x-nonce` header
 */
export function notePageStatus(nonce: string, status: number): void {
  statuses.set(nonce, status);
}

/**
 * Lets the page that Next is about to render for this request decide its status. A page that failed is told as everything that
 * fails here: not now, rather than never.
 */
export function applyPageStatus(response: ServerResponse, nonce: string): void {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (status: number, ...rest: []) =>
    writeHead(statuses.get(nonce) ?? (status === 500 ? ERROR_STATUS.unavailable : status), ...rest);
  response.once('close', () => statuses.delete(nonce));
}
