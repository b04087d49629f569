import { io, type Socket } from 'socket.io-client';
import { answerSchema, type Answer } from './answers';
import type { ContractClient } from './contract-client';
import { FactLog } from './facts';

export interface SocketIoOptions {
  transports?: ('polling' | 'websocket')[];
  headers?: Record<string, string>;
  /** instead of `{ token }` */
  auth?: Record<string, unknown>;
}

/** A Socket.IO client that does not come back by itself. Not connected yet. */
export function openSocketIo(url: string, token: string | null, options: SocketIoOptions = {}): Socket {
  return io(url, {
    transports: options.transports ?? ['websocket'],
    auth: options.auth ?? (token === null ? {} : { token }),
    ...(options.headers && { extraHeaders: options.headers }),
    forceNew: true,
    reconnection: false,
    autoConnect: false,
  });
}

/**
 * Connects.
 *
 * @throws Error the `connect_error`, its `data` being what the server says
 */
export function connectSocketIo(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
    socket.connect();
  });
}

/** The service over Socket.IO. */
export class SocketIoClient implements ContractClient {
  readonly facts = new FactLog();
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name: string, payload: Record<string, unknown>) => this.facts.add(name, payload));
    socket.on('disconnect', (reason) => this.facts.add('(closed)', { reason }));
  }

  static async connect(url: string, token: string | null, options?: SocketIoOptions): Promise<SocketIoClient> {
    const socket = openSocketIo(url, token, options);
    // Listening before it connects: what the server tells at once must not be missed.
    const client = new SocketIoClient(socket);
    await connectSocketIo(socket);
    return client;
  }

  async call(name: string, ...payload: unknown[]): Promise<Answer> {
    const answer: unknown = await this.socket.timeout(10_000).emitWithAck(name, ...payload);
    return answerSchema.parse(answer);
  }

  close(): Promise<void> {
    this.socket.disconnect();
    return Promise.resolve();
  }
}
