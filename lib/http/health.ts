import { Hono } from 'hono';
import { AppError } from '../contracts/errors';
import { databaseAnswers } from '../database-health';
import { json, type Bindings } from './context';
import { problem } from './problem';

/** What an orchestrator asks: alive as soon as the process serves, ready only while the database answers. For any host. */
export const health = new Hono<{ Bindings: Bindings }>();

health.get('/live', (context) => json(context, { status: 'ok' }));
health.get('/ready', async (context) =>
  (await databaseAnswers())
    ? json(context, { status: 'ok' })
    : problem(
        new AppError('unavailable', 'The database does not answer.', { retryAfterMs: 1_000 }),
        context.env.incoming,
      ),
);
