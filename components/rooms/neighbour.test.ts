import { describe, expect, it } from 'vitest';
import type { OwnRoom } from '@/lib/contracts/entities';
import { neighbour } from './neighbour';

function room(name: string, unread = 0): OwnRoom {
  return {
    id: name.charCodeAt(0),
    name,
    topic: '',
    visibility: 'public',
    owner: null,
    lastSeq: unread,
    revision: unread,
    createdAt: '2026-01-01T00:00:00.000Z',
    unread,
    lastMessage: null,
  };
}

const rooms = [room('a'), room('b', 2), room('c'), room('d', 1)];

describe('neighbour', () => {
  it('steps through the list and around its ends', () => {
    expect(neighbour(rooms, 'a', 1, false)?.name).toBe('b');
    expect(neighbour(rooms, 'd', 1, false)?.name).toBe('a');
    expect(neighbour(rooms, 'a', -1, false)?.name).toBe('d');
  });

  it('begins at an end while no room is open', () => {
    expect(neighbour(rooms, null, 1, false)?.name).toBe('a');
    expect(neighbour(rooms, null, -1, false)?.name).toBe('d');
  });

  it('passes over what is read when asked for unread rooms', () => {
    expect(neighbour(rooms, 'a', 1, true)?.name).toBe('b');
    expect(neighbour(rooms, 'b', 1, true)?.name).toBe('d');
    expect(neighbour(rooms, 'b', -1, true)?.name).toBe('d');
  });

  it('finds nothing where there is nothing else', () => {
    expect(neighbour([], null, 1, false)).toBeNull();
    expect(neighbour([room('a', 1)], 'a', 1, true)).toBeNull();
  });
});
