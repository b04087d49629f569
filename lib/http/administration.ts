import { Hono } from 'hono';
import { changeUser } from '../auth/administration';
import { adminListPath } from '../contracts/paths';
import { actorOf, readInput, wantsHtml, type Bindings } from './context';
import { answerForm, seeOther, showOnce } from './forms';
import { makeReset, usernameOf } from './users';

/** The forms of the administrators' pages. */
export const administration = new Hono<{ Bindings: Bindings }>();

const PAGE = adminListPath('users');
/** What a form's button says of a field that is true or false. */
const BOOLEANS = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
]);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

administration.post('/admin/users/:username', (context) =>
  answerForm(context, PAGE, async () => {
    // The part of the list that one was looking at comes along, to lead back to it.
    const { q, cursor, suspended, ...fields } = readInput(context, { form: true });
    const input = suspended === undefined ? fields : { ...fields, suspended: BOOLEANS.get(suspended) ?? suspended };
    const changed = await changeUser(await actorOf(context), usernameOf(context), input);
    return wantsHtml(context)
      ? seeOther(adminListPath('users', { q: text(q), cursor: text(cursor) }))
      : context.json(changed);
  }),
);

administration.post('/admin/users/:username/reset', (context) =>
  answerForm(context, PAGE, async () => {
    const link = await makeReset(context);
    return wantsHtml(context)
      ? showOnce(context, PAGE, { ...link, username: usernameOf(context) })
      : context.json(link, 201);
  }),
);
