import { ERROR_STATUS } from '@/lib/contracts/errors';
import type { Actor } from '@/lib/contracts/actor';
import { answerStatus } from '@/lib/http/answer-status';
import { requireActor } from '../require-actor';

/**
 * The administrator who asks for a page. Whoever is signed in and is none is told that there is nothing: null, and the page's
 * status set.
 *
 * @param path this page's own address
 */
export async function requireAdministrator(path: string): Promise<Actor | null> {
  const actor = await requireActor(path);
  if (actor.role === 'administrator') return actor;
  await answerStatus(ERROR_STATUS.not_found);
  return null;
}
