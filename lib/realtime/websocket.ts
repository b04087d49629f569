import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { authenticate, credentialOf } from '../auth/credentials';
import { closingsSoFar } from '../chat/closings';
import { dispatch, followingNames } from '../chat/commands';
import type { Actor } from '../contracts/actor';
import type { MessagePage } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { CLOSE_CODES } from '../contracts/facts';
import { countSchema, FIELD_MESSAGES } from '../contracts/values';
import { limit } from '../limits';
import { callCommand, wireError } from './calls';
import { Connection, LINGER_MS, MAX_BUFFERED, untilAnswered } from './connection';
import { Frame, webSocketFrame } from './frame';
import type { Handshakes } from './handshakes';
import type { Hub } from './hub';
import { Receipts } from './receipts';
import { Rounds } from './rounds';
import { snapshotFor } from './snapshot';
import { BEARER_PROTOCOL, type Heartbeat } from './transport';

/** What a plain connection may call; the room is the path's. */
const COMMANDS: ReadonlySet<string> = new Set([
  'message:send',
  'message:edit',
  'message:delete',
  'message:list',
  'room:read',
  'member:list',
  'typing',
]);

class PlainConnection extends Connection {
  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  readonly #receipts: Receipts;
  /** facts of other rooms that came before the first frame, which is the room's */
  #held: Frame[] | null = [];
  #heldBytes = 0;
  alive = true;
  /** what its client says is done at once: it has joined */
  begun = false;

  /** @param wire the connection below the socket */
  constructor(socket: WebSocket, wire: Duplex, actor: Actor, roomId: number) {
    super(actor, roomId);
    this.#socket = socket;
    this.#wire = wire;
    this.#receipts = new Receipts(socket, wire);
    const lives = () => (this.alive = true);
    for (const sign of ['pong', 'message'] as const) socket.on(sign, lives);
  }

  protected override transmit(frame: Frame): void {
    if (this.gone) return;
    if (!this.#held) {
      this.#write(frame.plain);
      return;
    }
    this.#held.push(frame);
    this.#heldBytes += frame.plain.length;
    if (this.#heldBytes > MAX_BUFFERED) this.close(CLOSE_CODES.tooSlow);
  }

  /** Says the first frame, then what there was to tell meanwhile and what there is `afterwards`, in one write. */
  begin(text: string, afterwards?: () => void): void {
    const held = this.#held ?? [];
    this.#held = null;
    this.#wire.cork();
    this.write(text);
    for (const frame of held) this.send(frame);
    afterwards?.();
    this.#wire.uncork();
  }

  /** Says something to this client alone. */
  write(text: string): void {
    this.#write(webSocketFrame(text));
  }

  get buffered(): number {
    return this.#wire.writableLength;
  }

  standsFor(): number {
    return this.#receipts.standsFor();
  }

  /** Past `ws`, which would frame the same bytes anew for each of a room's sockets, in two writes. */
  #write(frame: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.waiting > 0) untilAnswered(this.#wire);
    this.#wire.write(frame);
    this.#receipts.count(frame.length);
    if (this.#wire.writableLength - frame.length > MAX_BUFFERED) this.close(CLOSE_CODES.tooSlow);
  }

  protected override read(reading: boolean): boolean {
    this.#receipts.excuse();
    if (reading) this.#socket.resume();
    else this.#socket.pause();
    return true;
  }

  protected override shut(code: number, retryAfterMs?: number): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (code !== CLOSE_CODES.tooSlow) {
      const closing = { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
      this.#wire.write(new Frame('session:closing', closing).plain);
    }
    this.#held = null;
    this.#socket.close(code);
    setTimeout(() => this.#socket.terminate(), LINGER_MS).unref();
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.alive = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Lets a peer go that has given none since; no close frame would reach it. */
  dropIfDead(): void {
    if (!this.alive) this.#socket.terminate();
  }
}

/** The credential of an upgrade request, the subprotocol pair included. */
function credentialsOf({ headers }: IncomingMessage) {
  const [protocol, token] = (headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim());
  return credentialOf({
    authorization: headers.authorization,
    protocolToken: protocol === BEARER_PROTOCOL ? (token ?? '') : undefined,
    cookie: headers.cookie,
  });
}

const placeSchema = z
  .string()
  .regex(/^\d{1,10}$/)
  .transform(Number)
  .pipe(countSchema)
  .optional();

const cursorSchema = z
  .object({ after: placeSchema, since: placeSchema })
  .refine(({ after, since }) => after === undefined || since === undefined);

type Cursor = z.output<typeof cursorSchema>;

function readCursor(query: URLSearchParams): Cursor {
  const parsed = cursorSchema.safeParse({
    after: query.get('after') ?? undefined,
    since: query.get('since') ?? undefined,
  });
  if (parsed.success) return parsed.data;
  throw new AppError('bad_request', 'Use at most one of after and since, each a whole number that is not negative.');
}

/** Lets somebody into a room, and reads it from there on. @throws AppError as `dispatch` of `room:join` */
async function read(actor: Actor, address: string, cursor: Cursor): Promise<MessagePage> {
  try {
    return await followingNames({ room: address, ...cursor }, (input) => dispatch(actor, 'room:join', input));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unprocessable') throw error;
    throw new AppError('bad_request', 'The room has no such place yet: connect without after and since.');
  }
}

/** The contract's plain WebSocket: a thin loop over the same commands, one room for each connection. */
export class PlainWebSockets {
  readonly #server: WebSocketServer;
  readonly #hub: Hub;
  readonly #handshakes: Handshakes;
  readonly #heart: Rounds<PlainConnection>;

  /**
   * @param handshakes through which everybody is let in
   * @param heartbeat milliseconds
   */
  constructor(server: WebSocketServer, hub: Hub, handshakes: Handshakes, heartbeat: Heartbeat) {
    this.#server = server;
    this.#hub = hub;
    this.#handshakes = handshakes;
    this.#heart = new Rounds(heartbeat.interval, [
      { after: heartbeat.timeout, visit: (connection) => connection.dropIfDead() },
      { after: 0, visit: (connection) => connection.ping() },
    ]);
  }

  /**
   * Answers an upgrade of `/ws/chat/{room}`.
   *
   * @param address the room's name as the path says it, decoded
   * @throws AppError whatever refuses it, before anything was written
   */
  async upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    address: string,
    query: URLSearchParams,
  ): Promise<void> {
    const cursor = readCursor(query);
    const hasLeft = () => socket.destroyed;
    await this.#handshakes.run(async () => {
      if (hasLeft()) return;
      const actor = await authenticate(credentialsOf(request));
      await limit('connect', actor.id);
      const moment = closingsSoFar();
      const page = await read(actor, address, cursor);
      if (hasLeft()) return;
      let begun: Promise<void> | undefined;
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = this.#serve(webSocket, socket, actor, page.room.id);
        begun = this.#begin(connection, page, () => read(connection.actor, page.room.name, cursor), moment);
        this.#listen(webSocket, connection, page.room.name, begun);
      });
      await begun;
    });
  }

  close(): void {
    this.#heart.close();
  }

  #serve(socket: WebSocket, wire: Duplex, actor: Actor, roomId: number): PlainConnection {
    const connection = new PlainConnection(socket, wire, actor, roomId);
    this.#heart.add(connection);
    socket.on('close', () => {
      this.#heart.delete(connection);
      this.#hub.remove(connection);
    });
    // ws has closed it already, with the code that the error stands for (1009 for a frame too large).
    socket.on('error', ignore);
    this.#hub.add(connection);
    return connection;
  }

  /** @param begun before which nothing is done of what the client says */
  #listen(socket: WebSocket, connection: PlainConnection, room: string, begun: Promise<void>): void {
    socket.on('message', (data, isBinary) => {
      const bytes = Buffer.isBuffer(data) ? data.length : 0;
      connection.heard(bytes);
      const hear = () => this.#hear(connection, room, data, isBinary, bytes);
      void (connection.begun ? hear() : begun.then(hear));
    });
    void begun.then(() => (connection.begun = true));
  }

  /**
   * Has a connection hear the room from a page on that was read before there was one; what has changed too much since is read once more.
   *
   * @param moment of `closingsSoFar`, before the page was read
   */
  async #begin(connection: PlainConnection, first: MessagePage, again: () => Promise<MessagePage>, moment: number) {
    const { id, name } = first.room;
    const subscription = this.#hub.subscribe(connection, id, name);
    try {
      const page = await snapshotFor(subscription, first, moment, again);
      connection.begin(JSON.stringify({ type: 'room:joined', ...page }), () => subscription.open(page.room.revision));
    } catch (error) {
      const { code } = wireError(error, 'websocket');
      if (code === 'not_found') connection.close(CLOSE_CODES.roomDeleted);
      else if (code === 'forbidden') connection.close(CLOSE_CODES.removed);
      else connection.close(CLOSE_CODES.goingAway, 1_000);
    }
  }

  async #hear(connection: PlainConnection, room: string, data: RawData, isBinary: boolean, bytes: number) {
    const frame = isBinary ? null : parseFrame(data);
    const id = frame && (typeof frame.id === 'number' || typeof frame.id === 'string') ? frame.id : undefined;
    try {
      if (!frame || typeof frame.type !== 'string' || !COMMANDS.has(frame.type)) {
        const words = 'Send one JSON object with the type of a command of this connection.';
        const error = wireError(new AppError('bad_request', words), 'websocket');
        connection.write(JSON.stringify({ type: 'error', id, error }));
        return;
      }
      const present = connection.onlyRoom === null ? undefined : this.#hub.channel(connection.onlyRoom);
      const { result } = await callCommand(this.#hub, connection, frame.type, inputOf(frame, present?.name ?? room));
      if (id !== undefined) connection.write(JSON.stringify({ type: 'ack', id, ok: true, ...result }));
    } catch (error) {
      const refusal = wireError(error, 'websocket');
      if (id !== undefined) connection.write(JSON.stringify({ type: 'ack', id, ok: false, error: refusal }));
    } finally {
      connection.answered(bytes);
    }
  }
}

const ignore = () => undefined;

type PlainFrame = Record<string, unknown>;

const isPlainFrame = (value: unknown): value is PlainFrame =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseFrame(data: RawData): PlainFrame | null {
  try {
    const value: unknown = JSON.parse(Buffer.isBuffer(data) ? data.toString() : '');
    return isPlainFrame(value) ? value : null;
  } catch {
    return null;
  }
}

/** A command's input: what its frame has beside the command's name and the call's. */
function inputOf(frame: PlainFrame, room: string): PlainFrame {
  if ('room' in frame) {
    throw new AppError('unprocessable', 'The path says which room it is.', {
      errors: [{ path: 'room', message: FIELD_MESSAGES.unknown }],
    });
  }
  const { type: _type, id: _id, ...input } = frame;
  input.room = room;
  return input;
}
