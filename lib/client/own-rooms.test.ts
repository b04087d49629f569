import { describe, expect, it } from 'vitest';
import type { OwnRoom } from '@/lib/contracts/entities';
import { createOwnRooms } from './own-rooms';

const general: OwnRoom = {
  id: 3,
  name: 'general',
  topic: '',
  visibility: 'public',
  owner: null,
  lastSeq: 8,
  revision: 8,
  createdAt: '2026-11-23T00:00:00.000Z',
  unread: 3,
  lastMessage: null,
};

describe('createOwnRooms', () => {
  it('keeps what was read while the list was being fetched: the answer may be older', async () => {
    let answer: (rooms: readonly OwnRoom[]) => void = () => undefined;
    let connected: () => void = () => undefined;
    const socket = {
      on: () => () => undefined,
      onConnect: (handler: () => void) => {
        connected = handler;
        return () => undefined;
      },
    };
    const list = createOwnRooms({ id: 1 }, socket, [general], () => new Promise((resolve) => (answer = resolve)));
    list.run();
    connected();
    list.markUnread(3, 0);
    answer([general]);
    await new Promise((resolve) => setTimeout(resolve));
    expect(list.rooms.get()).toMatchObject([{ id: 3, unread: 0 }]);
  });
});
