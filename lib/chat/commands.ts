import pLimit from 'p-limit';
import type { Actor } from '../contracts/actor';
import type { Room } from '../contracts/entities';
import { COMMAND_SCHEMAS, type CommandName } from '../contracts/commands';
import { AppError } from '../contracts/errors';
import { parseInput } from '../contracts/parse-input';
import { FIELD_MESSAGES, roomAddressSchema, toRoomName } from '../contracts/values';
import { isUnavailable, missingUser, outlasting, toUnavailable } from '../db';
import { limit } from '../limits';
import { log } from '../log';
import { accessRoom, RoomMoved, type AccessLevel, type RoomAccess } from './access';
import { allClosings, closedSince, closingsSoFar } from './closings';
import type { Call, GlobalCommand, ReadingCommand, RoomCommand, RoomRef } from './command';
import { COMMANDS, fieldOf } from './command-table';
import { ensureMember } from './memberships';
import { isStored } from './messages';
import { writer } from './writer';

/**
 * Pages of messages that are read at once: each holds up the event loop for a few milliseconds when it comes in, and messages that are sent
 * wait behind all that come in together.
 */
const readInTurn = pLimit(8);

export type CommandResult<N extends CommandName> = Awaited<ReturnType<(typeof COMMANDS)[N]['run']>>;

type Command<N extends CommandName> =
  | (GlobalCommand<unknown, CommandResult<N>> & { access?: undefined })
  | RoomCommand<unknown, CommandResult<N>>
  | ReadingCommand<unknown, CommandResult<N> & { room: Room }>;

/** Whether a client may call something of this name. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** Lets the actor into the room that an input names. @returns null where it names none */
async function enterRoom(actor: Actor, level: AccessLevel, input: unknown): Promise<RoomAccess | null> {
  const address = roomAddressSchema.safeParse(fieldOf(input, 'room'));
  return address.success ? accessRoom(actor, address.data, level) : null;
}

/** Errors that callers understand: what the database's absence throws becomes `unavailable`, what an account's does says so. */
function translating<T>(actor: Actor, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    const missing = missingUser(error);
    if (missing === String(actor.id) || missing === actor.email)
      throw new AppError('unauthenticated', 'This account is gone.');
    if (missing !== null) throw new AppError('not_found', 'There is no such user.');
    if (error instanceof AppError || !isUnavailable(error)) throw error;
    log.warn({ err: error }, 'the database is unavailable');
    throw toUnavailable(error);
  });
}

/** Every use counts against a limit, but for a retry of a stored message: that is safe however often, also for who is at theirs. */
async function countUse(actor: Actor, name: CommandName, input: unknown): Promise<void> {
  if (name !== 'message:send') return limit(name === 'room:search' ? 'search' : 'command', actor.id);
  try {
    await limit('message', actor.id);
  } catch (refusal) {
    const draft = COMMAND_SCHEMAS[name].safeParse(input);
    const id = draft.data?.clientMessageId;
    if (!draft.success || !id) throw refusal;
    // Looking costs something too, so it is counted like any other command.
    await limit('command', actor.id);
    const { room } = await accessRoom(actor, draft.data.room);
    if (!(await isStored(actor, room.id, id))) throw refusal;
  }
}

/**
 * Checks a command: limits, the room and the actor's standing in it, then the input (the contract's order of errors).
 *
 * @returns what runs it; a transport that calls these in order has its messages stored in that order
 * @throws AppError `rate_limited`, `not_found`, `forbidden`, `unprocessable`, `unavailable`
 */
export function prepare<N extends CommandName>(
  actor: Actor,
  name: N,
  input: unknown,
  call: Call = {},
): Promise<() => Promise<CommandResult<N>>> {
  return translating(actor, check(actor, name, input, call)).then((run) => () => translating(actor, run()));
}

async function check<N extends CommandName>(
  actor: Actor,
  name: N,
  input: unknown,
  call: Call,
): Promise<() => Promise<CommandResult<N>>> {
  await countUse(actor, name, input);
  const command = COMMANDS[name] as Command<N>;
  const schema = COMMAND_SCHEMAS[name];
  if (command.access === undefined) {
    const args = parseInput(schema, input);
    const run = (): Promise<CommandResult<N>> => command.run({ actor, args, call });
    return command.repeatable ? () => outlasting(() => readStanding(run)) : run;
  }
  if (command.access === 'itself') {
    // What is not there is not found, whatever else the input has.
    if (!schema.safeParse(input).success) await outlasting(() => enterRoom(actor, 'use', input));
    const args = parseInput(schema, input);
    const run = () => readOpen(actor, () => command.run({ actor, args, call }));
    return () => readInTurn(() => outlasting(run));
  }
  const { runInside } = command;
  const { inside } = call;
  if (runInside && inside) {
    const args = parseInput(schema, input);
    return () => runInside({ actor, args, call }, inside);
  }
  const begun = closingsSoFar();
  const level = command.access === 'join' ? 'use' : command.access;
  const entered = await outlasting(async () => {
    const access = await enterRoom(actor, level, input);
    if (access) await command.allow?.(actor, access, input);
    return access;
  });
  const args = parseInput(schema, input);
  if (!entered)
    throw new AppError('unprocessable', FIELD_MESSAGES.required, {
      errors: [{ path: 'room', message: FIELD_MESSAGES.required }],
    });
  const access = command.access === 'join' ? await outlasting(() => ensureMember(actor, entered)) : entered;
  const run = (): Promise<CommandResult<N>> => command.run({ actor, args, call, access });
  if (!command.repeatable) return run;
  const stillOpen = async () => {
    await allClosings();
    if (closedSince(begun, access.room.id)) await accessRoom(actor, access.room.name, level);
  };
  return () => outlasting(() => checked(run, stillOpen));
}

/** An answer that was read while the room was closed to the reader is held back: they are told that instead. */
async function checked<T>(run: () => Promise<T>, check: () => Promise<void>): Promise<T> {
  const [outcome] = await Promise.allSettled([run()]);
  await check();
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/** The same for what says itself which room was read. */
async function readOpen<T extends { room: RoomRef }>(actor: Actor, read: () => Promise<T>): Promise<T> {
  const begun = closingsSoFar();
  const result = await read();
  await allClosings();
  if (closedSince(begun, result.room.id)) await accessRoom(actor, result.room.name);
  return result;
}

/** What was read while a room was closed to somebody is read again: it may hold that room, and they be the reader. */
async function readStanding<T>(run: () => Promise<T>): Promise<T> {
  const begun = closingsSoFar();
  const result = await run();
  await allClosings();
  return closedSince(begun) ? run() : result;
}

/**
 * Runs a command: the one door to the domain, for every transport and every page.
 *
 * @param input what came over the wire, unparsed
 * @returns the command's result as it goes over the wire
 * @throws AppError every refusal of the contract
 */
export async function dispatch<N extends CommandName>(
  actor: Actor,
  name: N,
  input: unknown,
  call: Call = {},
): Promise<CommandResult<N>> {
  const run = await prepare(actor, name, input, call);
  return run();
}

/**
 * The gate of a room for what is no command of its own: who may read and write there.
 *
 * @param address the room's name as a client says it
 * @throws AppError `rate_limited`, `not_found`, `forbidden`, `unavailable`
 */
export function enter(actor: Actor, address: string): Promise<RoomAccess> {
  const entering = async () => {
    await limit('command', actor.id);
    return outlasting(() => accessRoom(actor, toRoomName(address)));
  };
  return translating(actor, entering());
}

/**
 * Runs something about a room, by its present name where the input has an old one: what HTTP answers with a redirect.
 *
 * @param work gets the input, and throws as {@link dispatch} does
 */
export function followingNames<Input extends object, T>(input: Input, work: (input: Input) => Promise<T>): Promise<T> {
  return work(input).catch((error: unknown) => {
    if (error instanceof RoomMoved) return work({ ...input, room: error.movedTo });
    throw error;
  });
}

/** What a message would be refused with at this moment, because too many wait; null where none would be. */
export function refusalOfMessages(): AppError | null {
  return writer().refusal();
}

export { RoomMoved } from './access';
export type { Call } from './command';
