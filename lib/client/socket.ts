import { io, type Socket } from 'socket.io-client';
import { CLOSE_CODES, type FactName, type Facts } from '@/lib/contracts/facts';
import { CommandError } from './errors';
import { FACT_NAMES, isFact, isWireError } from './guards';
import { isResult, type SocketCommand, type SocketCommands } from './results';
import { createStore, type Store } from './store';
import { onWake } from './wake';

/** What a person may want to know of the connection. */
export type ConnectionState = 'connected' | 'reconnecting' | 'offline';

const ACK_TIMEOUT_MS = 10_000;
/** after a closing that names no time: long enough that a flooded server is not flooded at once again */
const DEFAULT_RETRY_MS = 5_000;
/** A living connection has answered by then, on whatever network. */
const PROBE_MS = 4_000;
/** One awakening is told by several events. */
const ONE_AWAKENING_MS = 1_000;
/** An attempt to connect has come to something by then. A proxy that takes the connection and drops it looks like silence. */
const ATTEMPT_MS = 8_000;

type Handlers = { [N in FactName]: Set<(payload: Facts[N]) => void> };

/** The tab's one connection to the service. */
export interface ChatSocket {
  readonly state: Store<ConnectionState>;
  readonly connected: boolean;
  /**
   * Gives a command and waits for its acknowledgement.
   *
   * @throws CommandError the server's refusal, `offline` when there is no connection, `timeout` when no answer came
   */
  command<N extends SocketCommand>(name: N, input: SocketCommands[N]['input']): Promise<SocketCommands[N]['result']>;
  /** Hears a fact. @returns a function that ends it */
  on<N extends FactName>(name: N, handler: (payload: Facts[N]) => void): () => void;
  /** Called with every connection made, and at once if there is one. @returns a function that ends it */
  onConnect(handler: () => void): () => void;
  /** Called whenever there is no longer a connection. @returns a function that ends it */
  onDisconnect(handler: () => void): () => void;
  open(): void;
  close(): void;
}

/**
 * Makes the tab's connection; it is opened by `open()`. Credentials are the session's cookie, as it is at each connection.
 *
 * @param accountId for whom this page was made: the service refuses the connection when the cookie has become somebody else's
 * @param onSessionEnded called once the server no longer takes the session: nothing will connect until one signs in again
 */
export function createChatSocket(accountId: number, onSessionEnded: () => void): ChatSocket {
  let socket: Socket | undefined;
  const state = createStore<ConnectionState>('reconnecting');
  const handlers: Handlers = {
    'messages:created': new Set(),
    'message:updated': new Set(),
    presence: new Set(),
    typing: new Set(),
    'member:added': new Set(),
    'member:removed': new Set(),
    'room:activity': new Set(),
    'room:updated': new Set(),
    'room:deleted': new Set(),
    'room:read': new Set(),
    'room:added': new Set(),
    'room:removed': new Set(),
    'user:updated': new Set(),
    'session:closing': new Set(),
  };
  const connectHandlers = new Set<() => void>();
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let wanted = false;
  let stopWaking: (() => void) | undefined;
  let wokenAt = Number.NEGATIVE_INFINITY;
  let attemptedAt = Number.NEGATIVE_INFINITY;

  const isConnected = () => socket?.connected ?? false;
  const lost = () => state.set(navigator.onLine ? 'reconnecting' : 'offline');

  const stopRetry = () => {
    clearTimeout(retryTimer);
    retryTimer = undefined;
  };

  const connect = () => {
    attemptedAt = Date.now();
    socket?.connect();
  };

  const reconnectAfter = (milliseconds: number) => {
    stopRetry();
    if (!wanted) return;
    const jittered = milliseconds * (1 + Math.random() / 2);
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      connect();
    }, jittered);
  };

  const closing = ({ code, retryAfterMs }: Facts['session:closing']) => {
    if (code === CLOSE_CODES.sessionEnded) {
      wanted = false;
      socket?.disconnect();
      onSessionEnded();
    } else if (retryAfterMs !== undefined || code === CLOSE_CODES.flooding) {
      socket?.disconnect();
      lost();
      reconnectAfter(retryAfterMs ?? DEFAULT_RETRY_MS);
    }
  };

  const deliver = <N extends FactName>(name: N, hearers: Handlers[N], payload: unknown) => {
    if (!isFact(name, payload)) return;
    for (const handler of [...hearers]) handler(payload);
  };
  handlers['session:closing'].add(closing);

  /** Made when it is first opened: a page that is rendered on the server has no address to connect to. */
  const create = (): Socket => {
    const made = io({
      autoConnect: false,
      auth: { account: accountId },
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      timeout: ATTEMPT_MS,
      // Wide enough that the browsers of a server that has died do not all come back in the same instant, from the first try on.
      reconnectionDelay: 800,
      reconnectionDelayMax: 4_000,
      randomizationFactor: 0.75,
    });
    made.io.on('reconnect_attempt', () => (attemptedAt = Date.now()));
    for (const name of FACT_NAMES) made.on(name, (payload: unknown) => deliver(name, handlers[name], payload));
    made.on('connect', () => {
      state.set('connected');
      for (const handler of [...connectHandlers]) handler();
    });
    made.on('disconnect', (reason) => {
      lost();
      // The client does not come back by itself when the server ended the connection on purpose.
      if (reason === 'io server disconnect') reconnectAfter(DEFAULT_RETRY_MS / 5);
    });
    made.on('connect_error', (error: Error & { data?: unknown }) => {
      lost();
      if (made.active) return;
      const refusal = isWireError(error.data) ? error.data : undefined;
      if (refusal?.code === 'unauthenticated') {
        wanted = false;
        onSessionEnded();
      } else reconnectAfter(refusal?.retryAfterMs ?? DEFAULT_RETRY_MS);
    });
    return made;
  };

  /** Anew and now, unless the server has said when. */
  const reconnect = () => {
    if (!wanted || retryTimer !== undefined) return;
    socket?.disconnect();
    connect();
  };

  /** Whether the connection lives is known only by asking: one that has died tells nobody, for up to a minute. */
  const probe = async () => {
    const now = Date.now();
    if (!wanted || !socket || Math.abs(now - wokenAt) < ONE_AWAKENING_MS) return;
    wokenAt = now;
    if (!socket.connected) {
      // One that is under way, or a moment old, is not begun again.
      if (Math.abs(now - attemptedAt) > ATTEMPT_MS) reconnect();
      return;
    }
    const { id } = socket;
    try {
      // No such command: any answer, and this one is `bad_request`, shows that the service is there.
      await socket.timeout(PROBE_MS).emitWithAck('probe', {});
    } catch {
      if (socket.id === id) reconnect();
    }
  };

  /** The network was gone and is another one now: what was connected through the old one is not worth asking. */
  const networkBack = () => {
    wokenAt = Date.now();
    lost();
    reconnect();
  };
  const networkGone = () => state.set('offline');

  return {
    state,
    get connected() {
      return isConnected();
    },
    async command(name, input) {
      if (!socket?.connected) throw new CommandError('offline', 'There is no connection.');
      let answer: unknown;
      try {
        answer = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck(name, input);
      } catch {
        if (isConnected()) void probe();
        throw new CommandError('timeout', 'The server has not answered.');
      }
      if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
        if (answer.ok === true && isResult(name, answer)) return answer;
        if ('error' in answer && isWireError(answer.error)) {
          const { code, message, retryAfterMs, errors } = answer.error;
          throw new CommandError(code, message, retryAfterMs, errors);
        }
      }
      throw new CommandError('protocol', 'The server’s answer was not understood.');
    },
    on(name, handler) {
      handlers[name].add(handler);
      return () => handlers[name].delete(handler);
    },
    onConnect(handler) {
      connectHandlers.add(handler);
      if (socket?.connected) handler();
      return () => connectHandlers.delete(handler);
    },
    onDisconnect: (handler) => state.subscribe(() => state.get() !== 'connected' && handler()),
    open() {
      wanted = true;
      window.addEventListener('online', networkBack);
      window.addEventListener('offline', networkGone);
      stopWaking ??= onWake(() => void probe());
      socket ??= create();
      connect();
    },
    close() {
      wanted = false;
      stopRetry();
      stopWaking?.();
      stopWaking = undefined;
      window.removeEventListener('online', networkBack);
      window.removeEventListener('offline', networkGone);
      socket?.disconnect();
    },
  };
}
