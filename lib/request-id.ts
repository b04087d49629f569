import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { env } from './env';

/** A request while it is answered. What it has set going may outlive it: a connection to the database, a batch of everybody's messages. */
interface UnderWay {
  id: string;
  isOver: boolean;
}

const shared = globalThis as typeof globalThis & { besedaRequests?: AsyncLocalStorage<UnderWay> };
const requests = (shared.besedaRequests ??= new AsyncLocalStorage<UnderWay>());

/** What proxies make: nginx 32 hexadecimal digits, others UUIDs or some base64url. Nothing that could forge a line of the log. */
const VALID = /^[\w.-]{1,64}$/;

/** The header by which a request is known here, at the proxy and to whoever sent it. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** A request's id: what a proxy in front has given it, where one is believed; else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = env().trustProxy > 0 ? headers[REQUEST_ID_HEADER] : undefined;
  return typeof given === 'string' && VALID.test(given) ? given : randomUUID();
}

/** The id that a request was given here, once it was. */
export function givenRequestId({ headers }: IncomingMessage): string | undefined {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === 'string' ? given : undefined;
}

/**
 * Whether it costs next to nothing to know what was set going by which request. Before Node.js 24 every write to every socket pays for it, once
 * anybody asks: half a microsecond on top of two and a half.
 */
const IS_CHEAP = Number(process.versions.node.split('.')[0]) >= 24;

/**
 * Runs what answers a request: what is logged until the answer is over says which request it was.
 *
 * @param isPaid whether somebody else in this process has it known anyway; if not, older Node.js goes without
 */
export function underRequest(id: string, response: ServerResponse, work: () => void, isPaid = false): void {
  if (!IS_CHEAP && !isPaid) return void work();
  const underWay: UnderWay = { id, isOver: false };
  response.once('close', () => (underWay.isOver = true));
  requests.run(underWay, work);
}

/** The id of the request that is being answered, where one is. */
export function currentRequestId(): string | undefined {
  const underWay = requests.getStore();
  return underWay?.isOver === false ? underWay.id : undefined;
}
