import { Hono } from 'hono';
import { acceptInvitation } from '../chat/invitations';
import { invitePath, roomPath } from '../contracts/paths';
import { actorOf, clientOf, ignoreInput, json, wantsHtml, type Bindings } from './context';
import { answerForm, seeOther } from './forms';

/** Coming in by a link: for whoever has it and is signed in. To look at its page changes nothing. */
export const invite = new Hono<{ Bindings: Bindings }>();

invite.post('/invite/:token', (context) => {
  const token = context.req.param('token');
  return answerForm(context, invitePath(token), async () => {
    ignoreInput(context);
    const actor = await actorOf(context);
    const { room } = await acceptInvitation(actor, token, clientOf(context).address);
    if (!wantsHtml(context)) return json(context, { room });
    return seeOther(room ? roomPath(room.name) : '/user');
  });
});
