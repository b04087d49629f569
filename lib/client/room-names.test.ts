import { describe, expect, it } from 'vitest';
import type { Room } from '@/lib/contracts/entities';
import { CommandError } from './errors';
import { RoomNames } from './room-names';

const room = (id: number, name: string): Room => ({
  id,
  name,
  topic: '',
  visibility: 'public',
  owner: null,
  lastSeq: 0,
  revision: 0,
  createdAt: '2026-11-23T00:00:00.000Z',
});

/** A service with these rooms, as they are found by name; `own` are those one is a member of. */
function names(found: Record<string, Room>, own: Room[] = []) {
  const asked: string[] = [];
  const made = new RoomNames(
    {
      command: (_name, { room: name }) => {
        asked.push(name);
        const known = found[name];
        return known
          ? Promise.resolve({ room: known, messages: [], hasMore: false })
          : Promise.reject(new CommandError('not_found', ''));
      },
    },
    () => Promise.resolve(own),
  );
  return { names: made, asked };
}

describe('RoomNames', () => {
  it('asks once on a connection, and follows a rename that is told', async () => {
    const { names: known, asked } = names({ plans: room(3, 'plans') });
    expect(await known.locate(3, 'plans')).toBe('plans');
    known.note(room(3, 'later'));
    expect(await known.locate(3, 'plans')).toBe('later');
    known.forget();
    expect(await known.locate(3, 'plans')).toBe('plans');
    expect(asked).toEqual(['plans', 'plans']);
  });

  it('follows a room to its new name, also when another has taken the old one', async () => {
    expect(await names({ plans: room(3, 'later') }).names.locate(3, 'plans')).toBe('later');
    expect(await names({ plans: room(9, 'plans') }, [room(3, 'later')]).names.locate(3, 'plans')).toBe('later');
    expect(await names({}, [room(3, 'later')]).names.locate(3, 'plans')).toBe('later');
  });

  it('says for good that there is no such room, but not when nobody could say', async () => {
    await expect(names({ plans: room(9, 'plans') }).names.locate(3, 'plans')).rejects.toMatchObject({
      code: 'not_found',
    });
    const offline = new CommandError('offline', '');
    const unknown = new RoomNames({ command: () => Promise.reject(offline) }, () => Promise.resolve([]));
    await expect(unknown.locate(3, 'plans')).rejects.toBe(offline);
    const unsure = new RoomNames({ command: () => Promise.reject(new CommandError('not_found', '')) }, () =>
      Promise.reject(offline),
    );
    await expect(unsure.locate(3, 'plans')).rejects.toBe(offline);
  });
});
