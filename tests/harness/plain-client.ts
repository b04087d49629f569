import { WebSocket, type ClientOptions } from 'ws';
import { z } from 'zod';
import { answerSchema, problemSchema, type Answer } from './answers';
import { FactLog } from './facts';
import { rawText } from './raw-text';

const frameSchema = z.looseObject({ type: z.string(), id: z.union([z.string(), z.number()]).optional() });
export type ServerFrame = z.infer<typeof frameSchema>;

/** A refusal before the upgrade. */
export class Refused extends Error {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;

  constructor(status: number, headers: Record<string, string | string[] | undefined>, body: string) {
    super(`${status} ${body}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The problem as sockets would tell it. */
  get answer(): Answer {
    const { code, detail, errors } = problemSchema.parse(JSON.parse(this.body));
    return { ok: false, error: { code, message: detail, ...(errors && { errors }) } };
  }
}

export interface PlainOptions extends ClientOptions {
  protocols?: string[];
  /** with its question mark */
  query?: string;
}

/** One plain WebSocket, hence one room. */
export class PlainSocket {
  readonly facts = new FactLog();
  /** every frame as it came */
  readonly frames: ServerFrame[] = [];
  readonly closed: Promise<{ code: number }>;
  readonly socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve({ code })));
    socket.on('message', (data) => {
      const frame = frameSchema.parse(JSON.parse(rawText(data)));
      this.frames.push(frame);
      const { type, ...payload } = frame;
      this.facts.add(type, payload);
    });
  }

  /** Connects, and waits for the upgrade; `token` goes into the Authorization header. */
  static open(url: string, path: string, token: string | null, options: PlainOptions = {}): Promise<PlainSocket> {
    const { protocols = [], query = '', headers, ...rest } = options;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}${query}`, protocols, {
        ...rest,
        headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
      });
      const client = new PlainSocket(socket);
      socket.once('open', () => resolve(client));
      socket.once('unexpected-response', (_request, response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () => reject(new Refused(response.statusCode ?? 0, response.headers, body)));
      });
      socket.on('error', reject);
    });
  }

  /** Joins a room by its address and waits for the first frame of its own. */
  static async join(url: string, room: string, token: string | null, options: PlainOptions = {}): Promise<PlainSocket> {
    const client = await PlainSocket.open(url, `/ws/chat/${encodeURIComponent(room)}`, token, options);
    await client.facts.wait('room:joined');
    return client;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  async call(type: string, fields: Record<string, unknown> = {}): Promise<Answer> {
    const id = ++this.#id;
    this.send({ type, id, ...fields });
    const { id: _id, ...answer } = await this.facts.wait('ack', (ack) => ack.id === id, 10_000);
    return answerSchema.parse(answer);
  }

  close(): Promise<void> {
    this.socket.close();
    return this.closed.then(() => undefined);
  }
}
