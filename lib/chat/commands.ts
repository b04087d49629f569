import type { Actor } from '../contracts/actor';
import { COMMAND_SCHEMAS, type CommandArgs, type CommandName } from '../contracts/commands';
import type { Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { LIMITS } from '../contracts/limits';
import { parseInput } from '../contracts/parse-input';
import { countSchema, FIELD_MESSAGES, roomAddressSchema } from '../contracts/values';
import { isUnavailable, missingUser, outlasting, toUnavailable } from '../db';
import { limit, refund } from '../limits';
import { log } from '../log';
import { accessRoom, RoomMoved, type AccessLevel, type RoomAccess } from './access';
import { readHistory } from './history';
import { ensureMember, readRoom } from './memberships';
import { checkMessage, deleteMessage, editMessage, isStored, sendMessage } from './messages';
import { updateRoom } from './room-update';
import { createRoom, deleteRoom, listRooms } from './rooms';
import { searchRooms } from './search';

/** How a command was called, beside who calls it. */
export interface Call {
  /** the socket it came over, so that its own facts can leave that one out */
  connectionId?: string;
  /** hears which room a `room:join` is let into, just before that room's snapshot is read */
  entering?: (room: Room) => void;
}

interface Context<Args> {
  actor: Actor;
  args: Args;
  call: Call;
}

type WithAccess = { access: RoomAccess };

interface Repeatable {
  /** To run it twice is as good as once: it is run again when the connection to the database breaks under it. */
  repeatable?: boolean;
}

/** A command about no room in particular. */
interface GlobalCommand<Args, Result> extends Repeatable {
  run(context: Context<Args>): Promise<Result>;
}

/**
 * A command about a room: it is looked up, and the actor let in, before the rest of the input is looked at. 'join' makes the
 * actor a member.
 */
interface RoomCommand<Args, Result> extends Repeatable {
  access: AccessLevel | 'join';
  /** What a message's number in the input must pass before the other fields are checked. */
  message?: 'edit' | 'delete';
  run(context: Context<Args> & WithAccess): Promise<Result>;
}

function inRoom<N extends CommandName, Result>(
  _name: N,
  command: RoomCommand<CommandArgs<N>, Result>,
): RoomCommand<CommandArgs<N>, Result> {
  return command;
}

function global<N extends CommandName, Result>(
  _name: N,
  command: GlobalCommand<CommandArgs<N>, Result>,
): GlobalCommand<CommandArgs<N>, Result> {
  return command;
}

/** Every command of the service by name: its access and its verb. Its schema stands in `contracts/commands.ts`. */
export const COMMANDS = {
  'room:create': global('room:create', {
    run: ({ actor, args }) => createRoom(actor, { name: args.name, topic: args.topic ?? '' }),
  }),
  'room:list': global('room:list', { repeatable: true, run: ({ actor }) => listRooms(actor) }),
  'room:search': global('room:search', { repeatable: true, run: ({ actor, args }) => searchRooms(actor, args) }),
  'room:get': inRoom('room:get', { access: 'use', run: ({ access }) => Promise.resolve(access) }),
  'room:update': inRoom('room:update', {
    access: 'manage',
    run: ({ access, args }) => updateRoom(access, args),
  }),
  'room:delete': inRoom('room:delete', {
    access: 'manage',
    run: async ({ access }) => {
      await deleteRoom(access);
      return {};
    },
  }),
  'room:join': inRoom('room:join', {
    access: 'use',
    repeatable: true,
    run: async ({ actor, args, call, access: { room } }) => {
      call.entering?.(room);
      const catchingUp = args.after !== undefined || args.since !== undefined;
      const { access, page } = await readHistory(
        actor,
        args.room,
        args,
        catchingUp ? LIMITS.page.max : LIMITS.page.default,
      );
      await ensureMember(actor, access);
      return page;
    },
  }),
  'room:read': inRoom('room:read', {
    access: 'use',
    repeatable: true,
    run: ({ actor, access, args, call }) => readRoom(actor, access, args.seq, call.connectionId),
  }),
  'message:send': inRoom('message:send', {
    access: 'join',
    run: async ({ actor, access, args }) => {
      const written = await sendMessage(actor, access, args.body, args.clientMessageId ?? null);
      if (!written.created) refund('message', actor.id);
      return written;
    },
  }),
  'message:edit': inRoom('message:edit', {
    access: 'use',
    message: 'edit',
    run: ({ actor, access, args }) => editMessage(actor, access, args.seq, args.body),
  }),
  'message:delete': inRoom('message:delete', {
    access: 'use',
    message: 'delete',
    run: ({ actor, access, args }) => deleteMessage(actor, access, args.seq),
  }),
  'message:list': inRoom('message:list', {
    access: 'use',
    repeatable: true,
    run: async ({ actor, args }) => (await readHistory(actor, args.room, args, args.limit)).page,
  }),
};

export type CommandResult<N extends CommandName> = Awaited<ReturnType<(typeof COMMANDS)[N]['run']>>;

/** Whether a client may call something of this name. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function fieldOf(input: unknown, field: string): unknown {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, field)
    ? (input as Record<string, unknown>)[field]
    : undefined;
}

async function enterRoom(
  actor: Actor,
  command: RoomCommand<never, unknown>,
  input: unknown,
): Promise<RoomAccess | null> {
  const address = roomAddressSchema.safeParse(fieldOf(input, 'room'));
  if (!address.success) return null;
  const access = await accessRoom(actor, address.data, command.access === 'manage' ? 'manage' : 'use');
  if (command.message) {
    const seq = countSchema.safeParse(fieldOf(input, 'seq'));
    if (seq.success) await checkMessage(actor, access, seq.data, command.message);
  }
  return access;
}

/** Errors that callers understand: what the database's absence throws becomes `unavailable`, what an account's does says so. */
async function translating<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const missing = missingUser(error);
    if (missing === String(actor.id) || missing === actor.email)
      throw new AppError('unauthenticated', 'This account is gone.');
    if (missing !== null) throw new AppError('not_found', 'There is no such user.');
    if (error instanceof AppError || !isUnavailable(error)) throw error;
    log.warn({ err: error }, 'the database is unavailable');
    throw toUnavailable(error);
  }
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
  return translating(actor, async () => {
    await countUse(actor, name, input);
    const command = COMMANDS[name] as GlobalCommand<unknown, CommandResult<N>> | RoomCommand<unknown, CommandResult<N>>;
    const schema = COMMAND_SCHEMAS[name];
    if (!('access' in command)) {
      const args = parseInput(schema, input);
      const run = () => command.run({ actor, args, call });
      return () => translating(actor, () => (command.repeatable ? outlasting(run) : run()));
    }
    const entered = await outlasting(() => enterRoom(actor, command, input));
    const args = parseInput(schema, input);
    if (!entered)
      throw new AppError('unprocessable', FIELD_MESSAGES.required, {
        errors: [{ path: 'room', message: FIELD_MESSAGES.required }],
      });
    const access = command.access === 'join' ? await outlasting(() => ensureMember(actor, entered)) : entered;
    const run = () => command.run({ actor, args, call, access });
    return () => translating(actor, () => (command.repeatable ? outlasting(run) : run()));
  });
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
 * Runs something about a room, by its present name where the input has an old one: what HTTP answers with a redirect.
 *
 * @param work gets the input, and throws as {@link dispatch} does
 */
export async function followingNames<Input extends object, T>(
  input: Input,
  work: (input: Input) => Promise<T>,
): Promise<T> {
  try {
    return await work(input);
  } catch (error) {
    if (error instanceof RoomMoved) return work({ ...input, room: error.movedTo });
    throw error;
  }
}

export { RoomMoved } from './access';
