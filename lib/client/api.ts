import type { FieldError } from '@/lib/contracts/errors';
import { CommandError, type ClientErrorCode } from './errors';

interface Problem {
  code?: ClientErrorCode;
  detail?: string;
  errors?: FieldError[];
}

/** Whoever waits for an answer waits as long as for a command's acknowledgement. Milliseconds. */
const TIMEOUT_MS = 10_000;

/** Whether it is the service that answers. In hotels and trains another one may, with a page to sign in to the network. */
function isOurs(response: Response): boolean {
  return /^application\/(problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
}

/**
 * One request to the service's JSON interface, with the session's cookie.
 *
 * @param path an absolute path
 * @param options `signal` gives up; without one it is given up after ten seconds
 * @returns the parsed answer as it came, to be checked by the caller; null when it has no body
 * @throws CommandError from problem details (RFC 9457); `offline` when the network failed; `timeout` when no
 *   answer came; `protocol` when something else than the service answered; never anything else but an abort by `signal`
 */
export async function api(
  path: string,
  options: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<unknown> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ?? timeout,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (timeout.aborted) throw new CommandError('timeout', 'The service has not answered.');
    throw new CommandError('offline', 'The service cannot be reached.');
  }
  if (response.status === 204) return null;
  const answer: unknown = isOurs(response) ? await response.json().catch(() => undefined) : undefined;
  if (response.ok && answer !== undefined) return answer;
  const problem: Problem = typeof answer === 'object' && answer !== null ? answer : {};
  const retryAfter = Number(response.headers.get('retry-after'));
  throw new CommandError(
    problem.code ?? 'protocol',
    problem.detail ?? response.statusText,
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : undefined,
    problem.errors,
  );
}
