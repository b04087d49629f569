/** The service cannot start, for a reason that whoever starts it can mend: one line, told without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The `code` of Node's and PostgreSQL's errors, empty when there is none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
