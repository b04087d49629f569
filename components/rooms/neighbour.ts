import type { OwnRoom } from '@/lib/contracts/entities';

/**
 * The room above or below the open one in the list, around its ends.
 *
 * @param current the open room's name; null when none is open: then the first or last
 * @param step −1 upwards, 1 downwards
 * @param unreadOnly looks only at rooms with something unread
 * @returns null when there is no such room but the open one
 */
export function neighbour(
  rooms: readonly OwnRoom[],
  current: string | null,
  step: 1 | -1,
  unreadOnly: boolean,
): OwnRoom | null {
  const at = rooms.findIndex(({ name }) => name === current);
  const start = at < 0 && step < 0 ? rooms.length : at;
  for (let distance = 1; distance <= rooms.length; distance++) {
    const index = (start + step * distance + rooms.length * 2) % rooms.length;
    const room = rooms[index];
    if (room && room.name !== current && (!unreadOnly || room.unread > 0)) return room;
  }
  return null;
}
