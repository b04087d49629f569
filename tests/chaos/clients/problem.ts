import type { IncomingMessage } from 'node:http';
import { record } from '../checker/observed';

/** Reads a text to its end. @throws Error when it breaks off */
export async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += String(chunk);
  return text;
}

/** The error of an HTTP answer (RFC 9457); a body that is none is told by its status. */
export function readProblem(
  response: IncomingMessage,
  text: string,
): { code: string; retryAfterMs: number | undefined } {
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  try {
    const { code } = record(JSON.parse(text));
    if (typeof code === 'string') return { code, retryAfterMs };
  } catch {
    // Below: some layers answer without a body.
  }
  return { code: `http ${response.statusCode}`, retryAfterMs };
}

/** {@link readProblem} of an answer that is still to be read. */
export async function problemCode(
  response: IncomingMessage,
): Promise<{ code: string; retryAfterMs: number | undefined }> {
  return readProblem(response, await readText(response));
}
