import type { OwnRoom } from '@/lib/contracts/entities';
import { api } from './api';
import { CommandError } from './errors';
import { isRoom } from './guards';

function isAnswer(value: unknown): value is { user: { id: number }; rooms: OwnRoom[] } {
  if (typeof value !== 'object' || value === null) return false;
  const user: unknown = Reflect.get(value, 'user');
  const rooms: unknown = Reflect.get(value, 'rooms');
  return typeof user === 'object' && user !== null && 'id' in user && Array.isArray(rooms) && rooms.every(isRoom);
}

/**
 * The rooms that an account is a member of, as the service has them now.
 *
 * @throws CommandError as `api` does; `unauthenticated` when somebody else has signed in in this browser since: their rooms say nothing
 */
export async function loadOwnRooms(accountId: number): Promise<readonly OwnRoom[]> {
  const answer = await api('/user');
  if (!isAnswer(answer)) throw new CommandError('protocol', 'The list of rooms was not understood.');
  if (answer.user.id !== accountId) throw new CommandError('unauthenticated', 'Somebody else has signed in here.');
  return answer.rooms;
}
