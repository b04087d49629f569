import DataLoader from 'dataloader';

/** Questions in one statement: some few win most of what there is to win, and an answer for many would hold up the event loop. */
const MOST = 16;

/**
 * Gathers the questions that come within one turn of the event loop into one statement: when thousands come back at once, a statement for
 * each is most of the work. Nothing is remembered: what is asked later is read later.
 *
 * @param ask gets up to {@link MOST} questions, and answers each, in their order
 * @returns asks one; throws what `ask` throws
 */
export function gathered<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<Answer[]>,
): (question: Question) => Promise<Answer> {
  const loader = new DataLoader<Question, Answer>(ask, {
    cache: false,
    maxBatchSize: MOST,
    batchScheduleFn: (go) => void setImmediate(go),
  });
  return (question) => loader.load(question);
}
