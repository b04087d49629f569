import { Agent, request, type IncomingMessage } from 'node:http';
import { record } from '../checker/observed';
import { nextLine, PATIENCE, Unanswered, type Answer, type Ended, type Line, type OpenOptions } from './line';
import { readProblem, readText } from './problem';

interface HttpCall {
  method: string;
  path: string;
  body?: object;
}

/** A command of a room as a request to `/api/v1`. */
function toHttp(room: string, command: string, input: Record<string, unknown>): HttpCall {
  const base = `/api/v1/rooms/${encodeURIComponent(room)}`;
  const { seq, ...rest } = input;
  switch (command) {
    case 'message:send':
      return { method: 'POST', path: `${base}/messages`, body: input };
    case 'message:edit':
      return { method: 'PATCH', path: `${base}/messages/${Number(seq)}`, body: rest };
    case 'message:delete':
      return { method: 'DELETE', path: `${base}/messages/${Number(seq)}` };
    case 'message:list': {
      const query = new URLSearchParams(Object.entries(input).map(([name, value]) => [name, String(value)]));
      return { method: 'GET', path: `${base}/messages?${query.toString()}` };
    }
    default:
      throw new Error(`The resource API has no ${command}`);
  }
}

class RestLine implements Line {
  readonly number = nextLine();
  readonly ended: Promise<Ended>;
  #end: () => void = () => undefined;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #options: OpenOptions;
  isOpen = true;

  constructor(options: OpenOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = () => resolve({ code: undefined, retryAfterMs: undefined });
    });
  }

  async call(command: string, input: Record<string, unknown>): Promise<Answer> {
    if (!this.isOpen) throw new Unanswered('not connected');
    const { method, path, body } = toHttp(this.#options.room, command, input);
    try {
      const response = await this.#request(method, path, body);
      const text = await readText(response);
      if ((response.statusCode ?? 500) < 300) return { ok: true, fields: record(JSON.parse(text)) };
      return { ok: false, ...readProblem(response, text) };
    } catch (error) {
      throw new Unanswered(String(error));
    }
  }

  close(): void {
    this.isOpen = false;
    this.#agent.destroy();
    this.#end();
  }

  #request(method: string, path: string, body: object | undefined): Promise<IncomingMessage> {
    const { url, token } = this.#options;
    return new Promise((resolve, reject) => {
      const sent = request(url + path, {
        method,
        agent: this.#agent,
        signal: AbortSignal.timeout(PATIENCE),
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      });
      sent.once('response', resolve);
      sent.once('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }
}

/** HTTP has no connection to speak of: this one keeps its sockets alive between calls, and tells nothing by itself. */
export function openRest(options: OpenOptions): Promise<Line> {
  return Promise.resolve(new RestLine(options));
}
