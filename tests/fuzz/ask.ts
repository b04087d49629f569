import { Agent, request } from 'node:http';

/** What an HTTP request of ours is made of. */
export interface Question {
  method?: string;
  token?: string;
  accept?: string;
  /** sent as JSON */
  json?: unknown;
  /** sent as a urlencoded form */
  form?: Record<string, string>;
}

/** What came back; redirects are not followed. */
export interface Reply {
  status: number;
  type: string;
  location: string | undefined;
  text: string;
  /** the body, where it is JSON; else null */
  json: unknown;
}

/** One pool of connections, so that those of the harness can be told from those that a server keeps by mistake. */
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Closes what is kept open for the next question. */
export function hangUp(): void {
  agent.destroy();
}

/** @throws Error where there is no answer within twenty seconds */
export function ask(url: string, path: string, { method, token, accept, json, form }: Question = {}): Promise<Reply> {
  const body = form ? new URLSearchParams(form).toString() : json === undefined ? undefined : JSON.stringify(json);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return new Promise((resolve, reject) => {
    const sent = request(url + path, {
      agent,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      timeout: 20_000,
      headers: {
        accept: accept ?? 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      },
    });
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`No answer to ${path}`)));
    sent.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => {
        const got = response.headers['content-type'] ?? '';
        try {
          const isJson = /^application\/(?:problem\+)?json/.test(got) && text !== '';
          const parsed: unknown = isJson ? JSON.parse(text) : null;
          resolve({
            status: response.statusCode ?? 0,
            type: got,
            location: response.headers.location,
            text,
            json: parsed,
          });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    sent.end(body);
  });
}
