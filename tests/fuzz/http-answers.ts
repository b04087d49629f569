import { ERROR_STATUS } from '@/lib/contracts/errors';
import { problemSchema } from '../harness/answers';

/** One answer, as it came over the line. */
export interface HttpAnswer {
  status: number;
  headers: Map<string, string>;
  body: Buffer;
}

const END = Buffer.from('\r\n\r\n');

/** Reads a chunked body (RFC 9112, 7.1). @returns null where it is not all there, or is broken */
function readChunks(bytes: Buffer): { body: Buffer; length: number } | null {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (Number.isNaN(size) || bytes.length < line + 4 + size) return null;
    if (size === 0) return { body: Buffer.concat(chunks), length: line + 4 };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}

/** The body that these headers announce. @returns null where it is not all there */
function readBody(rest: Buffer, status: number, headers: Map<string, string>): { body: Buffer; length: number } | null {
  const none = { body: Buffer.alloc(0), length: 0 };
  // A HEAD's body is announced but does not come: the next answer does.
  if (status < 200 || status === 204 || status === 304 || rest.subarray(0, 7).toString() === 'HTTP/1.') return none;
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(rest);
  const length = Number(headers.get('content-length') ?? rest.length);
  return rest.length < length ? null : { body: rest.subarray(0, length), length };
}

/**
 * Reads the answers that one connection gave.
 *
 * @param over whether nothing more will come: what announced a body that did not (a HEAD's answer) is an answer then
 * @returns them, and what could not be read: an answer that is not all there, or that is none
 */
export function readAnswers(bytes: Buffer, over = false): { answers: HttpAnswer[]; rest: Buffer } {
  const answers: HttpAnswer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf(END);
    const [first = '', ...lines] = rest.toString('latin1', 0, Math.max(0, end)).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1] ?? 0);
    if (end < 0 || status === 0) break;
    const headers = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const all = readBody(rest.subarray(end + END.length), status, headers);
    const read = all ?? (over ? { body: Buffer.alloc(0), length: rest.length - end - END.length } : null);
    if (!read) break;
    answers.push({ status, headers, body: read.body });
    rest = rest.subarray(end + END.length + read.length);
    if (status === 101) break;
  }
  return { answers, rest };
}

function judgeProblem({ status, body }: HttpAnswer): string | null {
  const parsed = problemSchema.safeParse(JSON.parse(body.toString()));
  if (!parsed.success) return 'problem details of another form';
  const known = Object.entries(ERROR_STATUS).find(([code]) => code === parsed.data.code);
  return known?.[1] === status && parsed.data.status === status ? null : `code ${parsed.data.code} with ${status}`;
}

/** Statuses from the layers below the contract, which may come without a body. */
const MAY_BE_EMPTY = new Set([400, 404, 405, 406, 408, 413, 415, 417, 426, 431]);

/**
 * Judges an answer by the contract, whatever was asked.
 *
 * @returns what is wrong with it, or null
 */
export function judge(answer: HttpAnswer): string | null {
  const { status, headers, body } = answer;
  if (status >= 500 || status < 100) return `status ${status}`;
  const type = headers.get('content-type') ?? '';
  const location = headers.get('location');
  if (status >= 300 && status < 400 && status !== 304 && !/^\/(?![/\\])/.test(location ?? '')) {
    return `status ${status} to ${location}`;
  }
  try {
    if (type.startsWith('application/problem+json')) return body.length === 0 ? null : judgeProblem(answer);
    if (type.startsWith('application/json') && body.length > 0) JSON.parse(body.toString());
  } catch {
    return `${type} that is none`;
  }
  // Plain text is what Next says of assets that are not there.
  if (
    status < 400 ||
    /^(?:text\/html|application\/json)/.test(type) ||
    (status === 404 && type.startsWith('text/plain'))
  )
    return null;
  return body.length === 0 && MAY_BE_EMPTY.has(status) ? null : `status ${status} as ${type || 'nothing'}`;
}

/** Whether everything that came are whole answers, at least one. */
export function isWhole(bytes: Buffer): boolean {
  const { answers, rest } = readAnswers(bytes);
  return answers.length > 0 && rest.length === 0;
}

/** Milliseconds to wait for an answer to what may not be a whole request, which a server waits for in turn. */
const PERHAPS = 150;

/** How long an answer is to be waited for: undefined, which is long, where the request looks whole. */
export function patienceFor(sent: Buffer): number | undefined {
  const head = sent.indexOf('\r\n\r\n');
  const length = Number(
    /^content-length: (\d+)\r$/im.exec(sent.toString('latin1', 0, Math.max(0, head) + 1))?.[1] ?? 0,
  );
  return head >= 0 && sent.length - head - 4 >= length ? undefined : PERHAPS;
}
