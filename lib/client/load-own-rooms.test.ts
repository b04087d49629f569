import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OwnRoom } from '@/lib/contracts/entities';
import { CommandError } from './errors';
import { loadOwnRooms } from './load-own-rooms';
import { RoomNames } from './room-names';

const later: OwnRoom = {
  id: 3,
  name: 'later',
  topic: '',
  visibility: 'public',
  owner: null,
  lastSeq: 0,
  revision: 0,
  createdAt: '2026-11-23T00:00:00.000Z',
  unread: 0,
  lastMessage: null,
};

/** A service to which this browser's cookie is that user's, with these rooms. */
const signedIn = (id: number, rooms: OwnRoom[]) =>
  vi.stubGlobal('fetch', (path: string) =>
    Promise.resolve(path === '/user' ? Response.json({ user: { id, username: 'anna' }, rooms }) : Response.error()),
  );

describe('loadOwnRooms', () => {
  afterEach(() => void vi.unstubAllGlobals());

  /** The names as the first user's tab knows them; by its last name the room is not found. */
  const names = new RoomNames({ command: () => Promise.reject(new CommandError('not_found', '')) }, () =>
    loadOwnRooms(1),
  );

  it('says nothing for good by the rooms of who has signed in over it', async () => {
    signedIn(2, []);
    await expect(names.locate(3, 'plans')).rejects.toMatchObject({ code: 'unauthenticated' });
    signedIn(1, [later]);
    expect(await names.locate(3, 'plans')).toBe('later');
  });
});
