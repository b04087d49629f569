import { Agent, request } from 'node:http';

/** A request, and what its answer has to be like. */
export interface Asked {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** whether the answer is the right one */
  isRight: (status: number, text: string) => boolean;
}

/** Milliseconds after which a connection that says nothing is given up. */
const PATIENCE = 20_000;

/** So many connections that are kept alive; what comes when all of them are busy waits for one. */
export class HttpClient {
  readonly #agent: Agent;
  readonly #port: number;

  constructor(port: number, connections: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo', timeout: PATIENCE });
  }

  /**
   * Asks, and waits for the whole answer.
   *
   * @returns what was wrong with it, or null
   */
  ask({ method, path, headers, body, isRight }: Asked): Promise<string | null> {
    return new Promise((resolve) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port: this.#port, method, path };
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const host = `localhost:${this.#port}`;
      const outgoing = request({ ...options, headers: { host, ...headers, ...length } }, (response) => {
        const { statusCode = 0 } = response;
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve(isRight(statusCode, text) ? null : `status ${statusCode}, not as expected`));
        response.on('error', (error) => resolve(error.message));
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
      outgoing.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
