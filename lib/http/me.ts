import { Hono } from 'hono';
import { changeAccount } from '../auth/change-account';
import { changePassword } from '../auth/change-password';
import { clearedCookies } from '../auth/cookies';
import { deleteAccount } from '../auth/delete-account';
import { endSession, endSessions, listSessions } from '../auth/own-sessions';
import { AppError } from '../contracts/errors';
import { accountOf } from './api';
import { actorOf, ignoreInput, json, localeOf, readInput, type Bindings, type Context } from './context';

/** The own account as a resource, for programs. */
export const me = new Hono<{ Bindings: Bindings }>();

/** 204 where the asker's session has ended: a browser's cookie goes with it. */
function ended(context: Context): Response {
  for (const cookie of clearedCookies(context.env.edge.secure)) context.env.outgoing.appendHeader('set-cookie', cookie);
  return context.body(null, 204);
}

/** A session's number; what is no number names no session. */
export function sessionIdOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new AppError('not_found', 'You have no such session.');
  return Number(text);
}

me.get('/me', async (context) => json(context, { user: accountOf(await actorOf(context)) }));

me.patch('/me', async (context) => {
  const input = readInput(context);
  return json(context, { user: await changeAccount(await actorOf(context), input, localeOf(context)) });
});

me.delete('/me', async (context) => {
  const input = readInput(context);
  await deleteAccount(await actorOf(context), input);
  return ended(context);
});

me.post('/me/password', async (context) => {
  const input = readInput(context);
  await changePassword(await actorOf(context), input, localeOf(context));
  return context.body(null, 204);
});

me.get('/me/sessions', async (context) => json(context, { sessions: await listSessions(await actorOf(context)) }));

me.delete('/me/sessions', async (context) => {
  ignoreInput(context);
  await endSessions(await actorOf(context), 'all');
  return ended(context);
});

me.delete('/me/sessions/:id', async (context) => {
  ignoreInput(context);
  const actor = await actorOf(context);
  const id = sessionIdOf(context.req.param('id'));
  await endSession(actor, id);
  return id === actor.sessionId ? ended(context) : context.body(null, 204);
});
