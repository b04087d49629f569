import type { IncomingMessage } from 'node:http';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';

const tooLarge = () => new AppError('too_large', `A request has at most ${LIMITS.requestBytes / 1024} KiB.`);

/**
 * Judges a request by the length that it declares.
 *
 * @throws AppError `too_large`
 */
export function refuseDeclaredLength(request: IncomingMessage): void {
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.requestBytes) throw tooLarge();
}

/**
 * Reads a request's whole body.
 *
 * @throws AppError `too_large` as soon as it is known, `bad_request` when the client goes away in the middle
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  refuseDeclaredLength(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      bytes += buffer.length;
      if (bytes > LIMITS.requestBytes) throw tooLarge();
      chunks.push(buffer);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('bad_request', 'The request ended before its body did.', { cause: error });
  }
  return Buffer.concat(chunks);
}

/**
 * Judges a body that somebody else will read, by the length that it declares.
 *
 * @throws AppError `too_large`, and `bad_request` for a body that declares none
 */
export function refuseLargeBody(request: IncomingMessage): void {
  refuseDeclaredLength(request);
  if (request.headers['transfer-encoding'] !== undefined) {
    throw new AppError('bad_request', 'Send the body with its Content-Length.');
  }
}
