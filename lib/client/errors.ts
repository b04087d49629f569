import type { ErrorCode, FieldError } from '@/lib/contracts/errors';

/** What the network itself answers, beside the contract's codes. */
export type ClientErrorCode = ErrorCode | 'offline' | 'timeout' | 'protocol';

/** A command or request that did not succeed, whichever way it went. */
export class CommandError extends Error {
  /**
   * @param code the contract's code, or what the network did: `offline` (not sent), `timeout` (perhaps sent), `protocol` (an answer that means nothing)
   * @param message the server's words, for a person
   */
  constructor(
    readonly code: ClientErrorCode,
    message: string,
    readonly retryAfterMs?: number,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
    this.name = 'CommandError';
  }
}
