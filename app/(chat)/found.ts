import { permanentRedirect } from 'next/navigation';
import { RoomMoved } from '@/lib/chat/commands';
import { AppError, ERROR_STATUS } from '@/lib/contracts/errors';
import { answerStatus } from '@/lib/http/answer-status';

/**
 * What a page reads; where that is refused, the refusal is the page's status too.
 *
 * @throws whatever `result` is rejected with
 */
export async function read<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof AppError) await answerStatus(ERROR_STATUS[error.code], error.retryAfterMs);
    throw error;
  }
}

/**
 * What a command about a room gives; null, and the page's status set, when the room is not there or not for the reader. One
 * that has another name now is a redirect.
 *
 * @param addressOf this page's address for a room of that name
 * @throws every other refusal
 */
export async function found<T>(result: Promise<T>, addressOf: (room: string) => string): Promise<T | null> {
  try {
    return await read(result);
  } catch (error) {
    if (error instanceof RoomMoved) permanentRedirect(addressOf(error.movedTo));
    if (error instanceof AppError && (error.code === 'not_found' || error.code === 'forbidden')) return null;
    throw error;
  }
}
