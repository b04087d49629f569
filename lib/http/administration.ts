import { Hono } from 'hono';
import { changeUser } from '../auth/administration';
import { removeSecondFactorOfUser } from '../auth/remove-second-factor';
import { revokeServiceInvitation } from '../auth/service-invitations';
import { adminListPath } from '../contracts/paths';
import { actorOf, ignoreInput, json, localeOf, readInput, wantsHtml, type Bindings } from './context';
import { answerForm, seeOther, showOnce } from './forms';
import { invitationIdOf } from './invitation-id';
import { invitationFields, inviteHere } from './invitations';
import { makeReset, usernameOf } from './users';

/** The forms of the administrators' pages. */
export const administration = new Hono<{ Bindings: Bindings }>();

const INVITATIONS = adminListPath('invitations');
const PAGE = adminListPath('users');
/** What a form's button says of a field that is true or false. */
const BOOLEANS = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
]);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

administration.post('/admin/invitations', (context) =>
  answerForm(context, INVITATIONS, async () => {
    const actor = await actorOf(context);
    const made = await inviteHere(context, actor, invitationFields(readInput(context, { form: true })));
    return wantsHtml(context)
      ? showOnce(context, INVITATIONS, { url: made.url, expiresAt: made.expiresAt })
      : json(context, { invitation: made }, 201);
  }),
);

administration.post('/admin/invitations/:id/revoke', (context) =>
  answerForm(context, INVITATIONS, async () => {
    ignoreInput(context);
    const actor = await actorOf(context);
    await revokeServiceInvitation(actor, invitationIdOf(context.req.param('id')));
    return wantsHtml(context) ? seeOther(INVITATIONS) : context.body(null, 204);
  }),
);

administration.post('/admin/users/:username', (context) =>
  answerForm(context, PAGE, async () => {
    // The part of the list that one was looking at comes along, to lead back to it.
    const { q, cursor, suspended, ...fields } = readInput(context, { form: true });
    const input = suspended === undefined ? fields : { ...fields, suspended: BOOLEANS.get(suspended) ?? suspended };
    const changed = await changeUser(await actorOf(context), usernameOf(context), input);
    return wantsHtml(context)
      ? seeOther(adminListPath('users', { q: text(q), cursor: text(cursor) }))
      : json(context, changed);
  }),
);

administration.post('/admin/users/:username/reset', (context) =>
  answerForm(context, PAGE, async () => {
    const link = await makeReset(context);
    return wantsHtml(context)
      ? showOnce(context, PAGE, { ...link, username: usernameOf(context) })
      : json(context, link, 201);
  }),
);

administration.post('/admin/users/:username/second-factor', (context) =>
  answerForm(context, PAGE, async () => {
    const { q, cursor } = readInput(context, { form: true });
    await removeSecondFactorOfUser(await actorOf(context), usernameOf(context), localeOf(context));
    return wantsHtml(context)
      ? seeOther(adminListPath('users', { q: text(q), cursor: text(cursor) }))
      : context.body(null, 204);
  }),
);
