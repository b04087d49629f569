import { describe, expect, it } from 'vitest';
import { RATE_LIMITS } from '@/lib/limits';
import { createPerson, type Person } from '../../harness/people';
import { canTest, onStage } from './stage';

const stage = onStage(2, { RATE_LIMITS: 'on' });

/** Searches on a node, all at once. @returns how many of them were refused */
async function refused(node: number, person: Person, times: number): Promise<number> {
  const client = await stage.connect(node, person);
  const answers = await Promise.all(Array.from({ length: times }, () => client.call('room:search', { q: 'x' })));
  for (const { ok, error } of answers) expect(ok ? undefined : error?.code).toBe(ok ? undefined : 'rate_limited');
  return answers.filter(({ ok }) => !ok).length;
}

describe.skipIf(!canTest)('limits', () => {
  const { points } = RATE_LIMITS.search;

  it('are counted over all nodes together', async () => {
    const person = await createPerson();
    expect(await refused(0, person, points / 2)).toBe(0);
    expect(await refused(1, person, points / 2 + 10)).toBe(10);
    expect(await refused(0, person, 1)).toBe(1);
  });

  it('neither refuse anybody nor make them wait while Redis stands still, and still hold on each node', async () => {
    const person = await createPerson();
    stage.redis.pause();
    try {
      const begun = performance.now();
      expect(await refused(0, person, points)).toBe(0);
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect(await refused(0, person, 5)).toBe(5);
    } finally {
      stage.redis.resume();
    }
  });
});
