import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createPerson, type Person } from '../../harness/people';
import { canTest, onStage } from './stage';

const STREAM = 'beseda:events';
const stage = onStage(1);

it.skipIf(!canTest)('keeps what was said for a while only, however little is said', { timeout: 20_000 }, async () => {
  const add = (id: number) =>
    stage.redis.command('XADD', STREAM, `${id}-0`, 'node', randomUUID(), 'n', '1', 'events', '[]');
  await stage.redis.command('DEL', STREAM);
  for (let id = 1; id <= 500; id++) await add(id);
  // Trimmed by whole pages of a hundred entries, with what a node says every two seconds.
  await expect.poll(() => stage.redis.command('XLEN', STREAM), { timeout: 10_000 }).toBeLessThanOrEqual(100);
});

it.skipIf(!canTest)(
  'does not tell the past again when Redis comes back from an old file',
  { timeout: 30_000 },
  async () => {
    const [anna, ahead, past, now] = [
      await createPerson(),
      await createPerson(),
      await createPerson(),
      await createPerson(),
    ];
    const room = await stage.room(anna, ahead, past, now);
    const listener = await stage.join('Socket.IO', 0, anna, room.name);
    const say = ({ id, username }: Person, at: string) => {
      const event = { type: 'typing', roomId: room.id, user: { id, username }, typing: true };
      return stage.redis.command(
        ...['XADD', STREAM, at, 'node', randomUUID(), 'n', '1', 'events', JSON.stringify([event])],
      );
    };
    const isOf =
      ({ id }: Person) =>
      ({ user }: Record<string, unknown>) =>
        (user as { id: number }).id === id;
    // As if the clock had been far ahead: what is numbered by the real one lies below what the node has read.
    await say(ahead, `${Date.now() + 3_600_000}-0`);
    await listener.facts.wait('typing', isOf(ahead));
    await stage.redis.command('FLUSHALL');
    await say(past, '5-0');
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await say(now, '*');
    await listener.facts.wait('typing', isOf(now));
    expect(listener.facts.of('typing').some(isOf(past))).toBe(false);
  },
);
