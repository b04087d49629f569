import { WebSocket } from 'ws';
import { record, Unreadable } from '../checker/observed';
import {
  nextLine,
  PATIENCE,
  readAnswer,
  readClosing,
  Refused,
  Unanswered,
  type Answer,
  type Ear,
  type Ended,
  type Line,
  type OpenOptions,
} from './line';
import { problemCode } from './problem';

/** Milliseconds without any frame, the server's pings included, after which a client must take the line for dead (25 s + 20 s). */
const SILENCE = 46_000;

class PlainLine implements Line {
  readonly number = nextLine();
  readonly ended: Promise<Ended>;
  readonly #socket: WebSocket;
  readonly #ear: Ear | undefined;
  readonly #pending = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Unanswered) => void }>();
  #id = 0;
  #closing: Ended = { code: undefined, retryAfterMs: undefined };
  #silence: NodeJS.Timeout | undefined;
  /** settles with the first frame, which has to be the room's */
  readonly joined: Promise<void>;
  #heard = false;
  #welcome: () => void = () => undefined;

  constructor(socket: WebSocket, ear: Ear | undefined) {
    this.#socket = socket;
    this.#ear = ear;
    this.joined = new Promise((resolve) => (this.#welcome = resolve));
    const awake = () => {
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => socket.terminate(), SILENCE);
    };
    awake();
    socket.on('ping', awake);
    socket.on('message', (data) => {
      awake();
      this.#take(Buffer.isBuffer(data) ? data.toString() : '');
    });
    this.ended = new Promise((resolve) => {
      socket.once('close', (code) => {
        clearTimeout(this.#silence);
        for (const { reject } of this.#pending.values()) reject(new Unanswered(`closed with ${code}`));
        this.#pending.clear();
        resolve({ code: this.#closing.code ?? code, retryAfterMs: this.#closing.retryAfterMs });
      });
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  call(command: string, input: Record<string, unknown>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(new Unanswered('not connected'));
        return;
      }
      const id = ++this.#id;
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Unanswered('no answer in time'));
      }, PATIENCE);
      this.#pending.set(id, {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#socket.send(JSON.stringify({ type: command, id, ...input }));
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    const { type, ...payload } = record(JSON.parse(text));
    if (typeof type !== 'string') throw new Unreadable('a frame without a type');
    if (!this.#heard && type !== 'session:closing') {
      if (type !== 'room:joined') throw new Unreadable(`${type} before room:joined`);
      this.#heard = true;
      this.#ear?.joined(payload);
      this.#welcome();
    } else if (type === 'ack') {
      const call = this.#pending.get(Number(payload.id));
      this.#pending.delete(Number(payload.id));
      call?.resolve(readAnswer(payload));
    } else if (type === 'session:closing') this.#closing = readClosing(payload);
    else if (type === 'error') throw new Unreadable(`the server took a frame for no command: ${text}`);
    else this.#ear?.fact(type, payload);
  }
}

/** Opens a plain WebSocket, which joins its room. */
export async function openPlain({ url, token, room, ear, since }: OpenOptions): Promise<Line> {
  const query = since === undefined ? '' : `?since=${since}`;
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws/chat/${encodeURIComponent(room)}${query}`, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: PATIENCE,
  });
  const line = new PlainLine(socket, ear);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', (error) => reject(new Unanswered(error.message)));
    socket.once('unexpected-response', (request, response) => {
      problemCode(response).then(
        ({ code, retryAfterMs }) => reject(new Refused(code, retryAfterMs)),
        (error: unknown) => reject(new Unanswered(String(error))),
      );
      response.once('close', () => request.destroy());
    });
  });
  const first = await Promise.race([line.joined, line.ended]);
  if (first === undefined) return line;
  throw new Unanswered(`closed with ${first.code} before the room was joined`);
}
