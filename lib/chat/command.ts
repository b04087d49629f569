import type { Actor } from '../contracts/actor';
import type { CommandArgs, CommandName } from '../contracts/commands';
import type { Room } from '../contracts/entities';
import type { AccessLevel, RoomAccess } from './access';

/** How a command was called, beside who calls it. */
export interface Call {
  /** the socket it came over, so that its own facts can leave that one out */
  connectionId?: string;
  /** the room that the command is about, where its connection has joined it and was not let out since */
  inside?: RoomRef | undefined;
}

/** A room as what is stored and told goes by it. */
export type RoomRef = Pick<Room, 'id' | 'name'>;

interface Context<Args> {
  actor: Actor;
  args: Args;
  call: Call;
}

type WithAccess = { access: RoomAccess };

interface Repeatable {
  /**
   * It only reads, or to run it twice is as good as once: it is run again when the connection to the database breaks under it, and its
   * answer is held back when the room is closed to the actor while it runs.
   */
  repeatable?: boolean;
}

/** A command about no room in particular. */
export interface GlobalCommand<Args, Result> extends Repeatable {
  run(context: Context<Args>): Promise<Result>;
}

/**
 * A command about a room: it is looked up, and the actor let in, before the rest of the input is looked at. 'join' makes the
 * actor a member.
 */
export interface RoomCommand<Args, Result> extends Repeatable {
  access: AccessLevel | 'join';
  /** What else must be there, and be the actor's to change, before the other fields are checked. Gets the input unparsed. */
  allow?(actor: Actor, access: RoomAccess, input: unknown): Promise<void>;
  run(context: Context<Args> & WithAccess): Promise<Result>;
  /**
   * The same for who is in the room already, as their connection knows: without looking the room up, because the statement that it writes
   * with asks once more whether they are a member.
   */
  runInside?(this: void, context: Context<Args>, room: RoomRef): Promise<Result>;
}

/** A command about a room that reads it, and lets the actor in, in one statement. */
export interface ReadingCommand<Args, Result extends { room: Room }> {
  access: 'itself';
  run(context: Context<Args>): Promise<Result>;
}

/** Declares a command that reads a room. */
export function reading<N extends CommandName, Result extends { room: Room }>(
  _name: N,
  command: Omit<ReadingCommand<CommandArgs<N>, Result>, 'access'>,
): ReadingCommand<CommandArgs<N>, Result> {
  return { access: 'itself', ...command };
}

/** Declares a command about a room. */
export function inRoom<N extends CommandName, Result>(
  _name: N,
  command: RoomCommand<CommandArgs<N>, Result>,
): RoomCommand<CommandArgs<N>, Result> {
  return command;
}

/** Declares a command about no room in particular. */
export function global<N extends CommandName, Result>(
  _name: N,
  command: GlobalCommand<CommandArgs<N>, Result>,
): GlobalCommand<CommandArgs<N>, Result> {
  return command;
}
