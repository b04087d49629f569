import { z } from 'zod';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import { answerSchema } from '../harness/answers';

const refusalSchema = z.object({ ok: z.literal(false), error: z.object({ code: z.string() }) });

/**
 * Judges what a socket was answered.
 *
 * @param count counts it under its class
 * @returns what is wrong with it, or null
 */
export function judgeAcknowledgement(answer: unknown, count: (name: string) => void): string | null {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return `an answer of another form: ${z.prettifyError(parsed.error)}`;
  if (parsed.data.ok) {
    count('ok');
    return null;
  }
  const refusal = refusalSchema.safeParse(answer);
  const code = refusal.success ? refusal.data.error.code : 'none';
  count(code);
  // The database is there, and nobody is shutting down: whatever is unavailable is a defect.
  return code in ERROR_STATUS && code !== 'unavailable' ? null : `an error with the code ${code}`;
}
