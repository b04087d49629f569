import { Hono } from 'hono';
import { changeAccount } from '../auth/change-account';
import { changePassword } from '../auth/change-password';
import { clearedCookies } from '../auth/cookies';
import { deleteAccount } from '../auth/delete-account';
import { disconnectIdentity } from '../auth/identities';
import { endSession, endSessions } from '../auth/own-sessions';
import type { Actor } from '../contracts/actor';
import { accountFormSchema, type AccountForm, type Locale } from '../contracts/accounts';
import { AppError } from '../contracts/errors';
import { ACCOUNT_DELETION_PATH, accountPath, loginPath } from '../contracts/paths';
import { actorOf, localeOf, readInput, type Bindings } from './context';
import { answerForm, seeOther } from './forms';
import { sessionIdOf } from './me';
import { connectOpenId } from './openid';

type Fields = Record<string, unknown>;

/** The forms of the account's pages, which need no script; programs have `/api/v1/me`. */
export const accountForms = new Hono<{ Bindings: Bindings }>();

/** @returns whether the session that asks has ended */
async function endSome(actor: Actor, { session = '' }: Fields): Promise<boolean> {
  if (session === 'all' || session === 'others') {
    await endSessions(actor, session);
    return session === 'all';
  }
  const id = sessionIdOf(String(session));
  await endSession(actor, id);
  return id === actor.sessionId;
}

/** What each form does, by its name in the query; each gives whether the session that asks has ended. */
const FORMS: Record<
  Exclude<AccountForm, 'connect'>,
  (actor: Actor, input: Fields, asked: Locale) => Promise<boolean>
> = {
  // A field that is left empty was not posted: it counts as wrong here, not as one to be left as it is.
  username: (actor, input, asked) => changeAccount(actor, { username: '', ...input }, asked).then(() => false),
  email: (actor, input, asked) => changeAccount(actor, { email: '', ...input }, asked).then(() => false),
  password: (actor, input, asked) => changePassword(actor, input, asked).then(() => false),
  sessions: endSome,
  disconnect: (actor, _input, asked) => disconnectIdentity(actor, asked).then(() => false),
};

accountForms.post('/user/account', (context) => {
  const form = accountFormSchema.safeParse(context.req.query('form'));
  return answerForm(context, accountPath(form.data ? { form: form.data } : {}), async () => {
    if (!form.success) throw new AppError('not_found', 'There is no such form.');
    const input = readInput(context, { form: true });
    const actor = await actorOf(context);
    if (form.data === 'connect') return connectOpenId(context, actor, input);
    if (await FORMS[form.data](actor, input, localeOf(context)))
      return seeOther(loginPath('/user', 'ended'), clearedCookies(context.env.edge.secure));
    return seeOther(accountPath({ done: form.data }));
  });
});

accountForms.post(ACCOUNT_DELETION_PATH, (context) =>
  answerForm(context, ACCOUNT_DELETION_PATH, async () => {
    const input = readInput(context, { form: true });
    await deleteAccount(await actorOf(context), input);
    return seeOther(loginPath('', 'deleted'), clearedCookies(context.env.edge.secure));
  }),
);
