/** Every error code of the wire contract with its HTTP status: the one table that all transports share. */
export const ERROR_STATUS = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unprocessable: 422,
  rate_limited: 429,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One complaint about one field; `path` is the field's name, dotted where it is nested. */
export interface FieldError {
  path: string;
  message: string;
}

/** An error as sockets carry it; HTTP wraps the same facts into problem details (RFC 9457). */
export interface WireError {
  code: ErrorCode;
  message: string;
  errors?: FieldError[];
  retryAfterMs?: number;
}

interface AppErrorOptions {
  errors?: FieldError[];
  retryAfterMs?: number;
  cause?: unknown;
}

/** The one error that commands throw on purpose; whatever else is thrown is a defect and is logged as one. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterMs: number | undefined;

  /**
   * @param code what went wrong, from the contract's table
   * @param message one sentence for a person, saying what would be right
   * @param options field errors, or how long to wait before trying again (milliseconds)
   */
  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    // Nobody reads where a refusal was made, and to find that out is most of what one costs: a flood would cost twice as much.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'AppError';
    this.code = code;
    this.errors = options.errors;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The error as it goes over the wire. */
  toWire(): WireError {
    return {
      code: this.code,
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    };
  }
}
