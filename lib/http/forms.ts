import { loginPath } from '../contracts/paths';
import { RoomMoved } from '../chat/commands';
import { type AppError, ERROR_STATUS } from '../contracts/errors';
import type { FormState } from '../contracts/form-state';
import { alreadySent, isForm, readForm, wantsHtml, type Context } from './context';
import { retryAfterSeconds, toRefusal } from '../problem';
import { givenRequestId } from '../request-id';

/** Where a browser goes after a form was taken: always by GET. `location` is a path. */
export function seeOther(location: string, cookies: string[] = []): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** A password by whatever name, and a code: they are never shown again. */
const SECRET = /password$|^code$/i;

/** What was typed into a form, but for what is secret. */
function typedInto(context: Context): Record<string, string> {
  const fields = isForm(context) ? readForm(context.env.body) : {};
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !SECRET.test(name)));
}

function formState(context: Context, error: AppError): FormState {
  const { code, message, errors, retryAfterMs } = error.toWire();
  return {
    code,
    detail: message,
    values: typedInto(context),
    errors: errors ?? [],
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/**
 * Answers a form: a program gets what `handle` says or problem details; a browser whose form was refused gets the page again,
 * with that status, the messages beside the fields and what was typed still there.
 *
 * @param page the path of the page that has the form
 * @param handle answers when all is well
 * @throws AppError what `handle` throws, where the asker is a program
 */
export async function answerForm(context: Context, page: string, handle: () => Promise<Response>): Promise<Response> {
  try {
    if (context.env.refusal) throw context.env.refusal;
    return await handle();
  } catch (thrown) {
    if (!wantsHtml(context) || thrown instanceof RoomMoved) throw thrown;
    const error = toRefusal(thrown, 'http', givenRequestId(context.env.incoming));
    const isAccountPage = page === '/login' || page === '/register';
    if (error.code === 'unauthenticated' && !isAccountPage) return seeOther(loginPath(page));
    if (error.retryAfterMs !== undefined)
      context.env.outgoing.setHeader('retry-after', retryAfterSeconds(error.retryAfterMs));
    await context.env.renderPage(page, ERROR_STATUS[error.code], formState(context, error));
    return alreadySent();
  }
}

/** Answers a form that was taken with its page, and on it what is shown this once: 201, with no address that would show it again. */
export async function showOnce(context: Context, page: string, shownOnce: Record<string, string>): Promise<Response> {
  await context.env.renderPage(page, 201, { code: '', detail: '', values: typedInto(context), errors: [], shownOnce });
  return alreadySent();
}
