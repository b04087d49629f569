import { io, type Socket } from 'socket.io-client';
import { record } from '../checker/observed';
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

class SocketIoLine implements Line {
  readonly number = nextLine();
  readonly ended: Promise<Ended>;
  readonly #socket: Socket;
  readonly #room: string;
  readonly #pending = new Set<(error: Unanswered) => void>();
  #ear: Ear | undefined;

  constructor(socket: Socket, room: string) {
    this.#socket = socket;
    this.#room = room;
    let closing: Ended = { code: undefined, retryAfterMs: undefined };
    socket.on('session:closing', (payload: unknown) => (closing = readClosing(payload)));
    socket.onAny((name: string, payload: unknown) => {
      if (record(payload).room === room) this.#ear?.fact(name, payload);
    });
    this.ended = new Promise((resolve) => {
      socket.on('disconnect', (reason) => {
        for (const fail of this.#pending) fail(new Unanswered(reason));
        resolve(closing);
      });
    });
  }

  get isOpen(): boolean {
    return this.#socket.connected;
  }

  call(command: string, input: Record<string, unknown>): Promise<Answer> {
    return this.#emit(command, { room: this.#room, ...input }, readAnswer);
  }

  async join(since: number | undefined, ear: Ear): Promise<void> {
    await this.#emit('room:join', { room: this.#room, ...(since !== undefined && { since }) }, (value) => {
      const answer = readAnswer(value);
      if (!answer.ok) throw new Refused(answer.code, answer.retryAfterMs);
      // Here and not after the promise: facts that came in the same read of the socket are told before a promise is.
      this.#ear = ear;
      ear.joined(answer.fields);
    });
  }

  close(): void {
    this.#socket.disconnect();
  }

  #emit<T>(command: string, input: object, read: (value: unknown) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#socket.connected) {
        reject(new Unanswered('not connected'));
        return;
      }
      const end = () => {
        clearTimeout(timer);
        this.#pending.delete(fail);
      };
      const fail = (error: Unanswered) => {
        end();
        reject(error);
      };
      const timer = setTimeout(() => fail(new Unanswered('no answer in time')), PATIENCE);
      this.#pending.add(fail);
      this.#socket.emit(command, input, (value: unknown) => {
        end();
        try {
          resolve(read(value));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }
}

function refusal(error: Error): Refused | Unanswered {
  if (!('data' in error) || error.data === undefined) return new Unanswered(error.message);
  const { code, retryAfterMs } = record(error.data);
  return new Refused(String(code), typeof retryAfterMs === 'number' ? retryAfterMs : undefined);
}

/** Opens a Socket.IO connection over WebSocket, and joins the room where somebody listens. It does not come back by itself. */
export async function openSocketIo({ url, token, room, ear, since }: OpenOptions): Promise<Line> {
  const socket = io(url, {
    transports: ['websocket'],
    auth: { token },
    forceNew: true,
    reconnection: false,
    timeout: PATIENCE,
    autoConnect: false,
  });
  const line = new SocketIoLine(socket, room);
  await new Promise<void>((resolve, reject) => {
    // Its own timeout covers the transport, not the server's word that the session is good.
    const timer = setTimeout(() => fail(new Error('no connection in time')), PATIENCE);
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.disconnect();
      reject(refusal(error));
    };
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.once('connect_error', fail);
    socket.once('disconnect', (reason) => fail(new Error(reason)));
    socket.connect();
  });
  if (!ear) return line;
  try {
    await line.join(since, ear);
    return line;
  } catch (error) {
    line.close();
    throw error;
  }
}
