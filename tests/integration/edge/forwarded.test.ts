import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { env, setEnv, type Env } from '@/lib/env';
import { createPerson, type Person } from '../../harness/people';
import { inWorld, request } from '../contract/world';

const world = inWorld();
let before: Env;
let anna: Person;
beforeAll(async () => {
  before = env();
  anna = await createPerson();
});
afterEach(() => setEnv(before));

/** Wrong passwords, each for another account, each from wherever `headersOf` says. */
async function guess(count: number, headersOf: (time: number) => Record<string, string>): Promise<number> {
  let limited = 0;
  for (let time = 0; time < count; time++) {
    const json = { email: `nobody-${time}@example.org`, password: 'wrong password' };
    const { status } = await request(world, '/login', { json, headers: headersOf(time) });
    expect([401, 429]).toContain(status);
    if (status === 429) limited++;
  }
  return limited;
}

const anyone = (time: number) => `203.0.113.${time}`;

describe('forty wrong passwords', () => {
  it('without a proxy are counted together, whatever X-Forwarded-For says', async () => {
    setEnv({ ...before, rateLimits: true, trustProxy: 0 });
    expect(await guess(40, (time) => ({ 'x-forwarded-for': anyone(time), forwarded: `for=${anyone(time)}` }))).toBe(10);
  });

  it('behind a proxy are counted by what the proxy saw, not by what was there before', async () => {
    setEnv({ ...before, rateLimits: true, trustProxy: 1 });
    const seen = '198.51.100.7';
    const spoofed = (time: number) => ({
      'x-forwarded-for': `${anyone(time)}, 10.0.0.${time}, ${seen}`,
      'x-real-ip': anyone(time),
    });
    expect(await guess(40, spoofed)).toBe(10);
    // Somebody else behind the same proxy is not held up.
    expect(await guess(1, () => ({ 'x-forwarded-for': `${seen}, 198.51.100.8` }))).toBe(0);
  });

  it('for one account are counted together as well', async () => {
    setEnv({ ...before, rateLimits: true, trustProxy: 1 });
    const statuses: number[] = [];
    for (let time = 0; time < 12; time++) {
      const json = { email: anna.email, password: 'wrong password' };
      const headers = { 'x-forwarded-for': `${anyone(time)}, 198.51.100.9` };
      statuses.push((await request(world, '/login', { json, headers })).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  });
});
