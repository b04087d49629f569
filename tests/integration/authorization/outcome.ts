import { ERROR_STATUS, type ErrorCode } from '@/lib/contracts/errors';
import type { Answer } from '../../harness/answers';
import { STANDINGS, type Standing, type Visibility } from './stage';
import type { Row } from './table';

/** The declared outcome of one cell. */
export function declared(row: Row, visibility: Visibility, standing: Standing): string {
  const outcomes = (visibility === 'private' ? (row.private ?? row.public) : row.public).split(' ');
  const outcome = outcomes[STANDINGS.indexOf(standing)];
  if (outcomes.length !== STANDINGS.length || outcome === undefined)
    throw new Error(`A row has ${STANDINGS.length} outcomes, not ${outcomes.join(' ')}`);
  return outcome;
}

/** What a socket answered, in the table's words. */
export function ofAnswer({ ok, error }: Pick<Answer, 'ok' | 'error'>): string {
  if (ok) return 'ok';
  const status = error && Object.hasOwn(ERROR_STATUS, error.code) ? ERROR_STATUS[error.code as ErrorCode] : undefined;
  return String(status ?? error?.code ?? 'no code');
}

/** What a program was answered over HTTP, in the table's words: a redirect after a change is a success too. */
export function ofStatus(status: number): string {
  return status < 400 ? 'ok' : String(status);
}
