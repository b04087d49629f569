import { Hono } from 'hono';
import { resetPassword } from '../auth/password-resets';
import { checkOrigin, clientOf, readInput, wantsHtml, type Bindings } from './context';
import { answerForm, seeOther } from './forms';

/** Setting a new password by a link: for whoever has it, signed in or not. */
export const reset = new Hono<{ Bindings: Bindings }>();

reset.post('/reset', (context) =>
  answerForm(context, '/reset', async () => {
    const input = readInput(context, { form: true });
    checkOrigin(context, { always: true });
    await resetPassword(input, clientOf(context).address);
    return wantsHtml(context) ? seeOther('/login') : context.body(null, 204);
  }),
);
