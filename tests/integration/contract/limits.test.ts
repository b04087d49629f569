import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { env, setEnv } from '@/lib/env';
import { TRANSPORT_NAMES } from '../../harness/clients';
import { createPerson } from '../../harness/people';
import { inWorld } from './world';

const world = inWorld();
beforeAll(() => setEnv({ ...env(), rateLimits: true }));
afterAll(() => setEnv({ ...env(), rateLimits: false }));

describe.each(TRANSPORT_NAMES)('over %s, who floods', (transport) => {
  it('is told when to come back, others notice nothing, and a retry of what is stored is answered all the same', async () => {
    const [flooder, other] = [await createPerson(), await createPerson()];
    const room = (await world.room(flooder, other)).name;
    const [client, neighbour] = [await world.client(transport, flooder), await world.client(transport, other)];
    const first = { room, body: 'first', clientMessageId: randomUUID() };
    const stored = await client.call('message:send', first);

    const answers = await Promise.all(
      Array.from({ length: 600 }, (_, index) => client.call('message:send', { room, body: `${index}` })),
    );
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.length).toBeGreaterThanOrEqual(300);
    expect(refused.every((answer) => answer.error?.code === 'rate_limited')).toBe(true);
    // HTTP says it in a header, which has a test of its own.
    if (transport !== 'REST') expect(refused[0]?.error?.retryAfterMs).toBeGreaterThan(0);

    expect((await neighbour.call('message:send', { room, body: 'calm' })).ok).toBe(true);
    expect(await client.call('message:send', first)).toMatchObject(stored);
    expect((await client.call('message:send', { ...first, clientMessageId: randomUUID() })).ok).toBe(false);
  });
});
