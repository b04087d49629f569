import { STATUS_CODES } from 'node:http';
import { AppError, ERROR_STATUS } from './contracts/errors';
import { isUnavailable, toUnavailable } from './db';
import { log } from './log';
import { metrics, type Transport } from './metrics';

/**
 * Any error as one of the contract's: a database that is away is `unavailable`, and a defect is logged and told as such too.
 *
 * @param requestId of the request that failed, where it was one
 */
export function toAppError(error: unknown, requestId?: string): AppError {
  if (error instanceof AppError) return error;
  if (isUnavailable(error)) {
    log.warn({ err: error, requestId }, 'the database is unavailable');
    return toUnavailable(error);
  }
  log.error({ err: error, requestId }, 'a request failed');
  return new AppError('unavailable', 'Something does not work here at the moment: try again shortly.', {
    retryAfterMs: 1_000,
  });
}

/** Whole seconds, rounded up: what `Retry-After` takes (RFC 9110, 10.2.3). */
export function retryAfterSeconds(milliseconds: number): string {
  return String(Math.max(1, Math.ceil(milliseconds / 1_000)));
}

/** An error as an HTTP answer: problem details (RFC 9457). */
export interface Problem {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Any error as one of the contract's that a client is answered with, and that is counted.
 *
 * @param transport over which it is answered
 * @param requestId of the request that failed, where it was one
 */
export function toRefusal(error: unknown, transport: Transport, requestId?: string): AppError {
  const refusal = toAppError(error, requestId);
  metrics().refuse(transport, refusal.code);
  return refusal;
}

/**
 * What HTTP answers to an error, whoever writes it.
 *
 * @param transport what was asked for: an upgrade that is refused is a refusal of the protocol that it would have become
 * @param requestId of the request that failed
 */
export function problemOf(error: unknown, transport: Transport = 'http', requestId?: string): Problem {
  const { code, message, errors, retryAfterMs } = toRefusal(error, transport, requestId);
  const status = ERROR_STATUS[code];
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfterMs === undefined ? {} : { 'retry-after': retryAfterSeconds(retryAfterMs) }),
      // RFC 9110, 15.5.2: a 401 names what would be taken.
      ...(code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail: message, errors }),
  };
}
