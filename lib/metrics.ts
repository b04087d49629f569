import type { ErrorCode } from './contracts/errors';

/** How a client speaks to the service: requests, or one of the two protocols of sockets. */
export type Transport = 'http' | 'socket.io' | 'websocket';

/** What is open at this moment. */
export interface SocketFigures {
  connections: Record<Exclude<Transport, 'http'>, number>;
  /** rooms that somebody here has joined */
  rooms: number;
  /** bytes that wait to be sent, over all connections */
  buffered: number;
}

/** A request that was answered, or whose client went away before that. */
export interface AnsweredRequest {
  method: string;
  /** a pattern of the front door's, never the path itself */
  route: string;
  /** undefined where the client went away first */
  status: number | undefined;
  milliseconds: number;
}

/** What is told while somebody scrapes, once for a batch or a request. */
export interface Meters {
  /** A batch of messages was committed. */
  batch(messages: number, milliseconds: number): void;
  /** A batch was told to everybody here. @param milliseconds since the first of it had come to the writer */
  delivered(milliseconds: number): void;
  request(request: AnsweredRequest): void;
}

/**
 * What this process counts, in plain numbers: to count is nearly free, and what they become for Prometheus is worked out when it asks
 * (lib/metrics-registry.ts).
 */
class Metrics {
  /** messages stored anew */
  accepted = 0;
  /** changes of rooms written to connections: frames × receivers */
  deliveries = 0;
  readonly #refused = new Map<Transport, Map<ErrorCode, number>>();
  /** undefined while nobody scrapes */
  meters: Meters | undefined;
  /** looks at the sockets; they know themselves, so nothing is counted when one opens or writes */
  sockets: (() => SocketFigures) | undefined;
  /** whether the bus between nodes is connected; undefined where there is one node */
  redis: (() => boolean) | undefined;

  /** Counts an error that a client was answered with. */
  refuse(transport: Transport, code: ErrorCode): void {
    let counts = this.#refused.get(transport);
    if (!counts) this.#refused.set(transport, (counts = new Map<ErrorCode, number>()));
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }

  *refusals(): Iterable<{ transport: Transport; code: ErrorCode; count: number }> {
    for (const [transport, counts] of this.#refused)
      for (const [code, count] of counts) yield { transport, code, count };
  }
}

const shared = globalThis as typeof globalThis & { besedaMetrics?: Metrics };

/** The process's one set of counts. */
export function metrics(): Metrics {
  return (shared.besedaMetrics ??= new Metrics());
}
