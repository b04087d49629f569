import { describe, expect, it } from 'vitest';
import { prisma } from '@/lib/prisma';
import { StartError } from '@/lib/start-error';
import { fillHouse } from '@/prisma/seed/house';

describe('the seed', () => {
  it('fills a house that looks lived in', async () => {
    const house = await fillHouse(4);
    expect(house.people.length).toBeGreaterThanOrEqual(12);
    expect(house.messages).toBeGreaterThan(2_000);

    const rooms = await prisma().room.findMany({
      include: { memberships: true, _count: { select: { messages: true } } },
    });
    expect(rooms.filter(({ name }) => /\p{Script=Cyrillic}/u.test(name)).length).toBeGreaterThanOrEqual(3);
    expect(rooms.filter(({ visibility }) => visibility === 'private')).toHaveLength(2);
    for (const room of rooms) {
      expect(room.lastSeq).toBe(room._count.messages);
      expect(room.revision).toBe(room._count.messages);
      for (const { lastReadSeq } of room.memberships) expect(lastReadSeq).toBeLessThanOrEqual(room.lastSeq);
    }
    const unread = rooms.flatMap((room) => room.memberships.map(({ lastReadSeq }) => room.lastSeq - lastReadSeq));
    expect(unread.some((count) => count === 0)).toBe(true);
    expect(unread.some((count) => count > 0 && count < 10)).toBe(true);
    expect(unread.some((count) => count >= 10)).toBe(true);

    const future = await prisma().message.count({ where: { createdAt: { gt: new Date() } } });
    expect(future).toBe(0);
    const unfilled = await prisma().message.count({ where: { body: { contains: '{' } } });
    expect(unfilled).toBe(0);
  });

  it('leaves a house alone that somebody lives in', async () => {
    await expect(fillHouse(4)).rejects.toThrow(StartError);
  });
});
