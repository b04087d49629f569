import { bus } from '../bus';
import {
  dispatch,
  enter,
  followingNames,
  isCommandName,
  prepare,
  refusalOfMessages,
  RoomMoved,
} from '../chat/commands';
import { LEAVE_SCHEMA, TYPING_SCHEMA } from '../contracts/commands';
import { AppError, type WireError } from '../contracts/errors';
import { CLOSE_CODES } from '../contracts/facts';
import { parseInput } from '../contracts/parse-input';
import { toRoomName } from '../contracts/values';
import { limit } from '../limits';
import type { Transport } from '../metrics';
import { toRefusal } from '../problem';
import { closed, type Connection } from './connection';
import type { Hub } from './hub';
import { join, type Answer } from './join';

/** Calls of one connection that may be under way; a client with more does not wait for answers, it floods. */
const MAX_WAITING = 2_000;

/** Milliseconds that a call may wait for those before it: clients wait ten seconds for an answer. */
const PATIENCE_MS = 6_000;

/**
 * Runs what a client called over a socket. Calls of one connection are checked in the order they came, so that its messages
 * are stored in that order, but they need not wait for each other's commits.
 *
 * @param name the command, as the client wrote it
 * @param input its payload, unparsed
 * @throws AppError every refusal of the contract
 */
export async function callCommand(hub: Hub, connection: Connection, name: string, input: unknown): Promise<Answer> {
  if (connection.waiting >= MAX_WAITING) {
    connection.close(CLOSE_CODES.flooding);
    throw new AppError('rate_limited', 'Too many commands at once.', { retryAfterMs: 1_000 });
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AppError('bad_request', 'A command takes one object.');
  }
  if (connection.gone) throw closed();
  if (hub.isClosing) throw new AppError('unavailable', 'The server is shutting down.', { retryAfterMs: 1_000 });
  // A message that will be refused is worth nothing more than that: thousands a second keep others waiting.
  const refusal = name === 'message:send' ? refusalOfMessages() : null;
  if (refusal) throw refusal;
  const check = () => followingNames(input, (followed) => begin(hub, connection, name, followed));
  const before = connection.turn;
  const checked = before ? inTurn(connection, before, check) : check();
  connection.turn = checked;
  connection.waiting++;
  try {
    const run = await checked;
    // Whoever comes from now on is behind: this one goes on at once.
    if (connection.turn === checked) connection.turn = undefined;
    return await run();
  } finally {
    if (connection.turn === checked) connection.turn = undefined;
    connection.waiting--;
  }
}

async function inTurn<T>(connection: Connection, before: Promise<unknown>, check: () => Promise<T>): Promise<T> {
  const arrived = performance.now();
  await before.catch(() => undefined);
  if (connection.gone) throw closed();
  if (performance.now() - arrived > PATIENCE_MS) throw tooLate();
  return check();
}

/** While the database stands still each call before it would be told so in turn: by then its own caller has long lost patience. */
const tooLate = () =>
  new AppError('unavailable', 'The service is not keeping up: try again shortly.', { retryAfterMs: 1_000 });

async function begin(hub: Hub, connection: Connection, name: string, input: object): Promise<() => Promise<Answer>> {
  if (name === 'typing') {
    return () => followingNames(input, (followed) => typing(hub, connection, followed));
  }
  if (name === 'room:leave') return () => leave(hub, connection, input);
  if (name === 'room:join') return () => followingNames(input, (followed) => join(hub, connection, followed));
  if (!isCommandName(name)) throw new AppError('bad_request', `There is no command ${JSON.stringify(name)}.`);
  const room =
    'room' in input && typeof input.room === 'string' ? hub.inside(connection, toRoomName(input.room)) : undefined;
  const inside = room && { id: room.roomId, name: room.name };
  const run = await prepare(connection.actor, name, input, { connectionId: connection.id, inside });
  return () => run().then(shown);
}

/** Without what tells HTTP which status to answer: on a socket a retry is answered like the first time. */
function shown(result: object): Answer {
  if (!('created' in result)) return { result };
  const { created: _created, ...rest } = result;
  return { result: rest };
}

async function leave(hub: Hub, connection: Connection, input: object): Promise<Answer> {
  const { room } = parseInput(LEAVE_SCHEMA, input);
  // Whoever leaves before they were let in has left all the same.
  await connection.joining?.get(room);
  const channel = hub.joined(connection, room) ?? (await joinedByOldName(hub, connection, room));
  if (channel) hub.unsubscribe(connection, channel.roomId);
  return { result: {} };
}

async function joinedByOldName(hub: Hub, connection: Connection, room: string) {
  if (connection.rooms.length === 0) return undefined;
  try {
    await dispatch(connection.actor, 'room:get', { room });
  } catch (error) {
    if (error instanceof RoomMoved) return hub.joined(connection, error.movedTo);
    if (!(error instanceof AppError)) throw error;
  }
  return undefined;
}

async function typing(hub: Hub, connection: Connection, input: object): Promise<Answer> {
  const { id, username } = connection.actor;
  const room = 'room' in input ? input.room : undefined;
  const joined = typeof room === 'string' ? hub.joined(connection, room) : undefined;
  // Who has joined was let in already, and is let out when that changes; everyone else goes through the gate.
  const entered = joined || typeof room !== 'string' ? null : await enter(connection.actor, room);
  if (joined) await limit('command', id);
  const args = parseInput(TYPING_SCHEMA, input);
  const roomId = joined?.roomId ?? entered?.room.id;
  if (roomId !== undefined) bus().publish({ type: 'typing', roomId, user: { id, username }, typing: args.typing });
  return { result: {} };
}

/** Any error as a client may see it over a socket. */
export function wireError(error: unknown, transport: Exclude<Transport, 'http'>): WireError {
  return toRefusal(error, transport).toWire();
}
