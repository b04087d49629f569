import { RestClient } from './rest-client';
import { PlainSocket, Refused } from './plain-client';
import { SocketIoClient } from './socket-io-client';
import type { Answer } from './answers';
import type { ContractClient } from './contract-client';
import { FactLog } from './facts';

/** Plain WebSockets are about one room each: a connection is opened for each room that a command names. */
class PlainClient implements ContractClient {
  readonly facts = new FactLog();
  readonly #url: string;
  readonly #token: string;
  readonly #rooms = new Map<string, Promise<PlainSocket>>();

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async call(name: string, { room, ...fields }: Record<string, unknown>): Promise<Answer> {
    const address = String(room);
    const socket = this.#rooms.get(address) ?? PlainSocket.join(this.#url, address, this.#token);
    this.#rooms.set(address, socket);
    try {
      return await (await socket).call(name, fields);
    } catch (error) {
      this.#rooms.delete(address);
      if (error instanceof Refused) return error.answer;
      throw error;
    }
  }

  async close(): Promise<void> {
    const sockets = await Promise.allSettled([...this.#rooms.values()]);
    await Promise.all(sockets.flatMap((socket) => (socket.status === 'fulfilled' ? [socket.value.close()] : [])));
  }
}

export type { ContractClient } from './contract-client';

/** Every transport by name, and how a client of it is made. */
export const TRANSPORTS = {
  REST: (url: string, token: string): Promise<ContractClient> => Promise.resolve(new RestClient(url, token)),
  'Socket.IO': (url: string, token: string): Promise<ContractClient> => SocketIoClient.connect(url, token),
  'plain WebSocket': (url: string, token: string): Promise<ContractClient> =>
    Promise.resolve(new PlainClient(url, token)),
} as const;

export type TransportName = keyof typeof TRANSPORTS;
export const TRANSPORT_NAMES = ['REST', 'Socket.IO', 'plain WebSocket'] as const satisfies TransportName[];
