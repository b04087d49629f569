import { roomPath } from '../contracts/paths';
import { Hono } from 'hono';
import { dispatch, type CommandResult } from '../chat/commands';
import type { CommandName } from '../contracts/commands';
import type { Account, Room } from '../contracts/entities';
import type { Actor } from '../contracts/actor';
import { AppError } from '../contracts/errors';
import { FIELD_MESSAGES, usernameSchema } from '../contracts/values';
import { actorOf, ignoreInput, json, readInput, type Bindings, type Context } from './context';

type Fields = Record<string, unknown>;

/** An own account without what only the server knows of it. */
export function accountOf({ id, username, email, role, locale }: Actor): Account {
  return { id, username, email, role, locale };
}

/** The body beside what the path says; a field that both name would let one overrule the other unseen. */
export function merge(body: Fields, path: Fields): Fields {
  const twice = Object.keys(path).filter((key) => Object.hasOwn(body, key));
  if (twice.length > 0) {
    throw new AppError('unprocessable', `The path says ${twice.join(' and ')}.`, {
      errors: twice.map((key) => ({ path: key, message: FIELD_MESSAGES.unknown })),
    });
  }
  return { ...body, ...path };
}

/** A number in a query, a path or a form; what is none goes on as it is, and is refused by the schema with its name. */
export function numeric(text: string): unknown {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

/** The named parameters of the query that are there, those of `numbers` as numbers. */
export function queryFields(context: Context, names: { text?: string[]; numbers?: string[] }): Fields {
  const fields: Fields = {};
  for (const name of [...(names.text ?? []), ...(names.numbers ?? [])]) {
    const value = context.req.query(name);
    if (value !== undefined) fields[name] = names.numbers?.includes(name) ? numeric(value) : value;
  }
  return fields;
}

/** The room that the path names. */
export function roomOf(context: Context): string {
  return context.req.param('room') ?? '';
}

/** A message's number in a path: what is no number names no message. */
function seqOf(context: Context): number {
  const seq = context.req.param('seq') ?? '';
  if (!/^\d{1,9}$/.test(seq)) throw new AppError('not_found', 'There is no such message.');
  return Number(seq);
}

/** The member whom a path names: what cannot be a username is nobody's. */
function memberOf(context: Context): Fields {
  const username = usernameSchema.safeParse(context.req.param('username'));
  if (!username.success) throw new AppError('not_found', 'There is no such user.');
  return { room: roomOf(context), username: username.data };
}

/** The parameters that name a place in a room's history. */
export const HISTORY = { numbers: ['before', 'after', 'around', 'since', 'limit'] };

/**
 * Writes a message in the room that the path names.
 *
 * @returns the message, and whether this request is what stored it
 * @throws AppError every refusal of `message:send`
 */
export async function writeMessage(context: Context, input: Fields): Promise<CommandResult<'message:send'>> {
  const actor = await actorOf(context);
  return dispatch(actor, 'message:send', merge(input, { room: roomOf(context) }));
}

/** Answers with a message: 201, or 200 where it had been written before. */
export function answerWritten(context: Context, { message, created }: CommandResult<'message:send'>): Response {
  return json(context, { message }, created ? 201 : 200);
}

/** Makes a room. @throws AppError every refusal of `room:create` */
export async function makeRoom(context: Context, input: Fields): Promise<Room> {
  return (await dispatch(await actorOf(context), 'room:create', input)).room;
}

/** Answers with a room that was made: 201, and its address. */
export function answerMade(context: Context, room: Room): Response {
  return json(context, { room }, 201, { location: roomPath(room.name) });
}

/** The service as a resource API, for programs: each route one command, always JSON. */
export const api = new Hono<{ Bindings: Bindings }>();

/** Answers a GET with what a command gives. */
function read(path: string, name: CommandName, input: (context: Context) => Fields): void {
  api.get(path, async (context) => json(context, await dispatch(await actorOf(context), name, input(context))));
}

read('/rooms', 'room:list', () => ({}));
read('/rooms/:room', 'room:get', (context) => ({ room: roomOf(context) }));
read('/rooms/:room/members', 'member:list', (context) => ({ room: roomOf(context) }));
read('/rooms/:room/messages', 'message:list', (context) => ({
  ...queryFields(context, HISTORY),
  room: roomOf(context),
}));

api.post('/rooms', async (context) => answerMade(context, await makeRoom(context, readInput(context))));
api.patch('/rooms/:room', async (context) => {
  const input = readInput(context);
  return json(context, await dispatch(await actorOf(context), 'room:update', merge(input, { room: roomOf(context) })));
});
api.delete('/rooms/:room', async (context) => {
  ignoreInput(context);
  await dispatch(await actorOf(context), 'room:delete', { room: roomOf(context) });
  return context.body(null, 204);
});
api.post('/rooms/:room/messages', async (context) =>
  answerWritten(context, await writeMessage(context, readInput(context))),
);
api.patch('/rooms/:room/messages/:seq', async (context) => {
  const input = readInput(context);
  const actor = await actorOf(context);
  return json(
    context,
    await dispatch(actor, 'message:edit', merge(input, { room: roomOf(context), seq: seqOf(context) })),
  );
});
api.delete('/rooms/:room/messages/:seq', async (context) => {
  ignoreInput(context);
  const actor = await actorOf(context);
  return json(context, await dispatch(actor, 'message:delete', { room: roomOf(context), seq: seqOf(context) }));
});
api.put('/rooms/:room/members/:username', async (context) => {
  ignoreInput(context);
  const { member, created } = await dispatch(await actorOf(context), 'member:add', memberOf(context));
  return json(context, { member }, created ? 201 : 200);
});
api.delete('/rooms/:room/members/:username', async (context) => {
  ignoreInput(context);
  await dispatch(await actorOf(context), 'member:remove', memberOf(context));
  return context.body(null, 204);
});
api.put('/rooms/:room/read', async (context) => {
  const input = readInput(context);
  return json(context, await dispatch(await actorOf(context), 'room:read', merge(input, { room: roomOf(context) })));
});
