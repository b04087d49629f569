import { Hono } from 'hono';
import { pool } from '../db';
import type { Bindings } from './context';
import { problem } from './problem';
import { AppError } from '../contracts/errors';

/** Milliseconds that the database gets to answer; a load balancer asks again soon. */
const PATIENCE_MS = 2_000;

async function databaseAnswers(): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS).unref());
  const answer = pool()
    .query('SELECT 1')
    .then(
      () => true,
      () => false,
    );
  return Promise.race([answer, late]);
}

/** What an orchestrator asks: alive as soon as the process serves, ready only while the database answers. For any host. */
export const health = new Hono<{ Bindings: Bindings }>();

health.get('/live', (context) => context.json({ status: 'ok' }));
health.get('/ready', async (context) =>
  (await databaseAnswers())
    ? context.json({ status: 'ok' })
    : problem(new AppError('unavailable', 'The database does not answer.', { retryAfterMs: 1_000 })),
);
