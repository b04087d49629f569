import { Hono } from 'hono';
import { changeUser, listUsers } from '../auth/administration';
import { listAudit } from '../auth/audit-log';
import { issueReset } from '../auth/password-resets';
import { removeSecondFactorOfUser } from '../auth/remove-second-factor';
import { listAllRooms } from '../chat/all-rooms';
import { resetPath } from '../contracts/paths';
import { queryFields } from './api';
import { actorOf, ignoreInput, json, localeOf, readInput, type Bindings, type Context } from './context';

/** What administrators do, as a resource API. Who is none is refused by the verbs. */
export const users = new Hono<{ Bindings: Bindings }>();

const LIST = { text: ['q', 'cursor'], numbers: ['limit'] };

/** The account that the path names. */
export function usernameOf(context: Context): string {
  return context.req.param('username') ?? '';
}

/**
 * Makes a link that sets somebody's password.
 *
 * @throws AppError every refusal of `issueReset`
 */
export async function makeReset(context: Context): Promise<{ url: string; expiresAt: string }> {
  ignoreInput(context);
  const { token, expiresAt } = await issueReset(await actorOf(context), usernameOf(context));
  return { url: context.env.edge.origin + resetPath(token), expiresAt: expiresAt.toISOString() };
}

users.get('/users', async (context) =>
  json(context, await listUsers(await actorOf(context), queryFields(context, LIST))),
);
users.patch('/users/:username', async (context) => {
  const input = readInput(context);
  return json(context, await changeUser(await actorOf(context), usernameOf(context), input));
});
users.post('/users/:username/reset', async (context) => json(context, await makeReset(context), 201));
users.delete('/users/:username/second-factor', async (context) => {
  ignoreInput(context);
  await removeSecondFactorOfUser(await actorOf(context), usernameOf(context), localeOf(context));
  return context.body(null, 204);
});
users.get('/audit', async (context) =>
  json(
    context,
    await listAudit(await actorOf(context), queryFields(context, { text: ['cursor'], numbers: ['limit'] })),
  ),
);
users.get('/admin/rooms', async (context) =>
  json(context, await listAllRooms(await actorOf(context), queryFields(context, LIST))),
);
