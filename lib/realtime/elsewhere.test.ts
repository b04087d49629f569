import { describe, expect, it } from 'vitest';
import { Elsewhere } from './elsewhere';

const anna = { id: 1, username: 'anna' };
const boris = { id: 2, username: 'boris' };

function watched(): { elsewhere: Elsewhere; told: string[] } {
  const told: string[] = [];
  const elsewhere = new Elsewhere({
    arrive: (roomId, { username }) => void told.push(`+${username}@${roomId}`),
    depart: (roomId, { username }) => void told.push(`-${username}@${roomId}`),
  });
  return { elsewhere, told };
}

const names = (elsewhere: Elsewhere, roomId: number) => [...elsewhere.usersIn(roomId)].map(({ username }) => username);

describe('people on other nodes', () => {
  it('come and go once for each node', () => {
    const { elsewhere, told } = watched();
    elsewhere.move('x', 7, [anna], []);
    elsewhere.move('x', 7, [anna], []);
    elsewhere.move('y', 7, [anna, boris], []);
    expect(names(elsewhere, 7)).toEqual(['anna', 'anna', 'boris']);
    elsewhere.move('x', 7, [], [anna, boris]);
    expect(told).toEqual(['+anna@7', '+anna@7', '+boris@7', '-anna@7']);
  });

  it('are those that a node tells of, and nobody else, once it has told all', () => {
    const { elsewhere, told } = watched();
    elsewhere.move('x', 7, [anna], []);
    elsewhere.tell('x', [{ roomId: 8, users: [boris] }], { isFirst: true, isLast: false });
    expect(told).toEqual(['+anna@7']);
    elsewhere.tell('x', [{ roomId: 9, users: [anna] }], { isFirst: false, isLast: true });
    expect(told).toEqual(['+anna@7', '-anna@7', '+boris@8', '+anna@9']);
    expect(names(elsewhere, 7)).toEqual([]);
  });

  it('leave with their node', () => {
    const { elsewhere, told } = watched();
    elsewhere.move('x', 7, [anna, boris], []);
    elsewhere.drop('x');
    expect(told.slice(2)).toEqual(['-anna@7', '-boris@7']);
    expect(names(elsewhere, 7)).toEqual([]);
  });
});
