import { headers } from 'next/headers';
import { notePageStatus } from './page-status';

/**
 * Has the page that is being rendered answered with this status instead of 200. To be called before anything of the page is
 * sent: while its own data is read.
 *
 * @param retryAfterMs when to come back, where the status means that
 */
export async function answerStatus(status: number, retryAfterMs?: number): Promise<void> {
  const nonce = (await headers()).get('x-nonce');
  if (nonce) notePageStatus(nonce, { status, retryAfterMs });
}
