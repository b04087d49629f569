import { describe, expect, it } from 'vitest';
import type { Message, OwnRoom } from '@/lib/contracts/entities';
import { roomsReducer } from './rooms';

const createdAt = '2026-11-23T00:00:00.000Z';
const owner = { id: 1, username: 'anna' };
const room = (id: number, lastSeq = 10, unread = 0): OwnRoom => ({
  id,
  name: `room-${id}`,
  topic: '',
  visibility: 'public',
  owner,
  lastSeq,
  revision: lastSeq,
  createdAt,
  unread,
  lastMessage: null,
});
const message = (roomId: number, seq: number, authorId: number): Message => ({
  roomId,
  seq,
  revision: seq,
  author: { id: authorId, username: `user-${authorId}` },
  body: `message ${seq}`,
  clientMessageId: null,
  createdAt,
  editedAt: null,
  deletedAt: null,
});
const ids = (rooms: readonly OwnRoom[]) => rooms.map(({ id }) => id);

describe('roomsReducer', () => {
  const rooms = [room(1), room(2), room(3)];

  it('brings a room with new messages to the top and counts what others wrote', () => {
    const messages = [message(3, 11, 5), message(3, 12, 5)];
    const after = roomsReducer(rooms, { type: 'messages', roomId: 3, messages, me: 1 });
    expect(ids(after)).toEqual([3, 1, 2]);
    expect(after[0]).toMatchObject({ unread: 2, lastSeq: 12, lastMessage: { excerpt: 'message 12' } });
    expect(roomsReducer(after, { type: 'messages', roomId: 3, messages, me: 1 })[0]).toBe(after[0]);
  });

  it('reads up to one’s own message', () => {
    const messages = [message(2, 11, 5), message(2, 12, 1), message(2, 13, 5)];
    expect(roomsReducer([room(2, 10, 4)], { type: 'messages', roomId: 2, messages, me: 1 })[0]?.unread).toBe(1);
  });

  it('takes nothing back for activity that is older than what it knows', () => {
    const after = roomsReducer(rooms, { type: 'activity', roomId: 2, lastSeq: 14, unread: 4 });
    expect(roomsReducer(after, { type: 'activity', roomId: 2, lastSeq: 13, unread: 3 })).toBe(after);
  });

  it('follows activity in rooms that are not open', () => {
    const after = roomsReducer(rooms, { type: 'activity', roomId: 2, lastSeq: 14, unread: 4 });
    expect(ids(after)).toEqual([2, 1, 3]);
    expect(after[0]).toMatchObject({ lastSeq: 14, unread: 4 });
    const read = roomsReducer(after, { type: 'activity', roomId: 1, lastSeq: 10, unread: 0 });
    expect(ids(read)).toEqual([2, 1, 3]);
  });

  it('takes rooms in and lets them go', () => {
    const added = roomsReducer(rooms, { type: 'added', room: room(4) });
    expect(ids(added)).toEqual([4, 1, 2, 3]);
    expect(ids(roomsReducer(added, { type: 'added', room: room(4) }))).toEqual([4, 1, 2, 3]);
    expect(ids(roomsReducer(added, { type: 'removed', roomId: 1 }))).toEqual([4, 2, 3]);
    expect(roomsReducer(rooms, { type: 'updated', room: { ...room(2, 5), topic: 'new' } })[1]).toMatchObject({
      topic: 'new',
      lastSeq: 10,
    });
  });

  it('knows nothing of rooms that are not its own', () => {
    for (const action of [
      { type: 'messages', roomId: 9, messages: [message(9, 1, 2)], me: 1 },
      { type: 'activity', roomId: 9, lastSeq: 1, unread: 1 },
      { type: 'unread', roomId: 9, unread: 1 },
    ] as const)
      expect(roomsReducer(rooms, action)).toEqual(rooms);
  });
});
