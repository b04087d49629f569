import { AppError } from '../contracts/errors';

/**
 * An invitation's number.
 *
 * @throws AppError `not_found`: what is no number names no invitation
 */
export function invitationIdOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new AppError('not_found', 'There is no such invitation.');
  return Number(text);
}
