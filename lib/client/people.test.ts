import { describe, expect, it } from 'vitest';
import { presenceAfter, typistsAfter } from './people';

const anna = { id: 1, username: 'anna' };
const boris = { id: 2, username: 'boris' };
const place = { room: 'general', roomId: 3 };

describe('presenceAfter', () => {
  it('begins with everyone, and follows who comes and goes', () => {
    const begun = presenceAfter(undefined, { ...place, online: [boris, anna], onlineCount: 2 });
    expect(begun).toEqual({ online: [anna, boris], count: 2 });
    const left = presenceAfter(begun, { ...place, joined: [], left: [boris] });
    expect(left).toEqual({ online: [anna], count: 1 });
    expect(presenceAfter(left, { ...place, joined: [boris, anna], left: [] })).toEqual(begun);
  });

  it('counts those whom it cannot name', () => {
    const begun = presenceAfter(undefined, { ...place, online: [anna], onlineCount: 300 });
    expect(presenceAfter(begun, { ...place, joined: [], left: [{ id: 9, username: 'ninth' }] }).count).toBe(299);
  });
});

describe('typistsAfter', () => {
  it('names everybody once, and lets them go', () => {
    const typing = { ...place, user: anna, typing: true };
    const once = typistsAfter([], typing, 10);
    expect(typistsAfter(once, typing, 20)).toEqual([{ user: anna, until: 20 }]);
    expect(typistsAfter(once, { ...typing, typing: false }, 20)).toEqual([]);
  });
});
