import { Hono } from 'hono';
import { forgotPassword } from '../auth/forgotten-password';
import { resetPassword } from '../auth/password-resets';
import { forgotPath } from '../contracts/paths';
import { checkOrigin, clientOf, localeOf, readInput, wantsHtml, type Bindings } from './context';
import { answerForm, seeOther } from './forms';

/** A new password without the old one: asking for a link by letter, and setting it by a link. For anybody, signed in or not. */
export const reset = new Hono<{ Bindings: Bindings }>();

reset.post('/reset', (context) =>
  answerForm(context, '/reset', async () => {
    const input = readInput(context, { form: true });
    checkOrigin(context, { always: true });
    await resetPassword(input, clientOf(context).address, localeOf(context));
    return wantsHtml(context) ? seeOther('/login') : context.body(null, 204);
  }),
);

reset.post('/forgot', (context) =>
  answerForm(context, forgotPath(), async () => {
    const input = readInput(context, { form: true });
    checkOrigin(context, { always: true });
    const goOn = await forgotPassword(input, clientOf(context).address, localeOf(context));
    // Not merely in the background: looking somebody up while the answer is being written would show in the time that it takes.
    context.env.outgoing.once('close', goOn);
    return wantsHtml(context) ? seeOther(forgotPath(true)) : context.body(null, 202);
  }),
);
