import { Hono } from 'hono';
import { removeSecondFactor, renewRecoveryCodes, secondFactorOf } from '../auth/second-factor';
import { beginSecondFactor, confirmSecondFactor } from '../auth/second-factor-setup';
import { AppError } from '../contracts/errors';
import { twoStepPath } from '../contracts/paths';
import { twoStepFormSchema, type TwoStepForm } from '../contracts/second-factor';
import { actorOf, json, localeOf, readInput, wantsHtml, type Bindings, type Context } from './context';
import { answerForm, seeOther, showOnce } from './forms';

type Fields = Record<string, unknown>;

/** The own second factor as a resource, for programs. */
export const secondFactor = new Hono<{ Bindings: Bindings }>();

/** The forms of its page, which need no script. */
export const twoStepForms = new Hono<{ Bindings: Bindings }>();

const hostOf = ({ env: { edge } }: Context) => new URL(edge.origin).hostname;

/** Codes and secrets are shown once, and kept by nobody on the way. */
function once(context: Context, body: object): Response {
  return json(context, body, 200, { 'cache-control': 'no-store' });
}

secondFactor.get('/me/second-factor', async (context) => json(context, await secondFactorOf(await actorOf(context))));

secondFactor.post('/me/second-factor', async (context) => {
  const input = readInput(context);
  return once(context, await beginSecondFactor(await actorOf(context), input, hostOf(context)));
});

secondFactor.post('/me/second-factor/confirm', async (context) => {
  const input = readInput(context);
  return once(context, { recoveryCodes: await confirmSecondFactor(await actorOf(context), input, localeOf(context)) });
});

secondFactor.post('/me/second-factor/recovery-codes', async (context) => {
  const input = readInput(context);
  return once(context, { recoveryCodes: await renewRecoveryCodes(await actorOf(context), input) });
});

secondFactor.delete('/me/second-factor', async (context) => {
  const input = readInput(context);
  await removeSecondFactor(await actorOf(context), input, localeOf(context));
  return context.body(null, 204);
});

function answerCodes(context: Context, page: string, recoveryCodes: string[]): Response | Promise<Response> {
  return wantsHtml(context)
    ? showOnce(context, page, { codes: recoveryCodes.join('\n') })
    : once(context, { recoveryCodes });
}

/** What each form does, by its name in the query, and what its page shows afterwards. */
const FORMS: Record<TwoStepForm, (context: Context, input: Fields, page: string) => Promise<Response>> = {
  begin: async (context, input, page) => {
    const setup = await beginSecondFactor(await actorOf(context), input, hostOf(context));
    return wantsHtml(context) ? showOnce(context, page, { uri: setup.uri }) : once(context, setup);
  },
  // What was shown comes along, to be shown again beside a code that is wrong: a password was given for it once.
  confirm: async (context, { uri: _uri, ...input }, page) =>
    answerCodes(context, page, await confirmSecondFactor(await actorOf(context), input, localeOf(context))),
  codes: async (context, input, page) =>
    answerCodes(context, page, await renewRecoveryCodes(await actorOf(context), input)),
  off: async (context, input) => {
    await removeSecondFactor(await actorOf(context), input, localeOf(context));
    return seeOther(twoStepPath({ done: 'off' }));
  },
};

twoStepForms.post(twoStepPath(), (context) => {
  const form = twoStepFormSchema.safeParse(context.req.query('form'));
  const page = twoStepPath(form.data ? { form: form.data } : {});
  return answerForm(context, page, async () => {
    if (!form.success) throw new AppError('not_found', 'There is no such form.');
    const input = readInput(context, { form: true });
    return FORMS[form.data](context, input, page);
  });
});
