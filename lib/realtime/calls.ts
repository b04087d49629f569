import { dispatch, enter, followingNames, isCommandName, prepare, RoomMoved } from '../chat/commands';
import { LEAVE_SCHEMA, TYPING_SCHEMA } from '../contracts/commands';
import { AppError, type WireError } from '../contracts/errors';
import { CLOSE_CODES } from '../contracts/facts';
import { parseInput } from '../contracts/parse-input';
import { toRoomName } from '../contracts/values';
import { limit } from '../limits';
import { toAppError } from '../problem';
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
  if (hub.isClosing) throw new AppError('unavailable', 'The server is shutting down.', { retryAfterMs: 1_000 });
  const arrived = performance.now();
  connection.waiting++;
  const turn = connection.turn;
  let next: () => void = () => undefined;
  connection.turn = new Promise((resolve) => (next = resolve));
  try {
    await turn;
    if (connection.gone) throw closed();
    if (performance.now() - arrived > PATIENCE_MS) throw tooLate();
    const run = await followingNames(input, (followed) => begin(hub, connection, name, followed));
    next();
    return await run();
  } finally {
    next();
    connection.waiting--;
  }
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
  const run = await prepare(connection.actor, name, input, { connectionId: connection.id, ...(inside && { inside }) });
  return async () => {
    const result = await run();
    if (!('created' in result)) return { result };
    // It tells HTTP which status to answer; on a socket a retry is answered like the first time.
    const { created: _created, ...shown } = result;
    return { result: shown };
  };
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
  const channel = joined ?? (entered && hub.channel(entered.room.id));
  channel?.typing.set({ id, username }, args.typing);
  return { result: {} };
}

/** Any error as a client may see it. */
export function wireError(error: unknown): WireError {
  return toAppError(error).toWire();
}
