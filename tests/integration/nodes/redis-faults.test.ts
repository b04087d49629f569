import { beforeAll, describe, expect, it } from 'vitest';
import { TcpProxy } from '../../chaos/proxy';
import { untilScraped } from '../../harness/metrics';
import { createPerson, signInAgain, type Person } from '../../harness/people';
import type { SocketIoClient } from '../../harness/socket-io-client';
import { call, canTest, heard, onStage, PROTOCOLS, type Listener } from './stage';

const stage = onStage(2, { METRICS_PORT: '0' });
let anna: Person;
let boris: Person;

beforeAll(async () => {
  [anna, boris] = [await createPerson(), await createPerson()];
});

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
/** Milliseconds within which whatever did not come through Redis has to be found in the database. */
const FOUND_WITHIN = 10_000;

/** A room with somebody who speaks on one node, and listeners of both protocols on the other. */
async function scene(): Promise<{
  room: { id: number; name: string };
  speaker: SocketIoClient;
  listeners: Listener[];
}> {
  const room = await stage.room(anna, boris);
  const speaker = await stage.connect(0, anna);
  await speaker.call('room:join', { room: room.name });
  const listeners = [];
  for (const protocol of PROTOCOLS) listeners.push(await stage.join(protocol, 1, boris, room.name));
  return { room, speaker, listeners };
}

/** Speaks ten times a second while something is done to Redis. @returns what was said */
async function speakDuring(speaker: SocketIoClient, room: string, work: () => Promise<void>): Promise<string[]> {
  const said: string[] = [];
  const over = new AbortController();
  const speaking = (async () => {
    while (!over.signal.aborted) {
      const body = String(said.length);
      expect((await speaker.call('message:send', { room, body })).ok).toBe(true);
      said.push(body);
      await pause(100);
    }
  })();
  await work();
  over.abort();
  await speaking;
  return said;
}

const FAULTS: Record<string, () => Promise<void>> = {
  'is killed and comes back': async () => {
    await stage.redis.kill();
    await pause(1_500);
    await stage.redis.start();
    await pause(1_000);
  },
  'stands still for a while': async () => {
    stage.redis.pause();
    await pause(5_000);
    stage.redis.resume();
    await pause(500);
  },
  'is emptied': async () => {
    for (let round = 0; round < 10; round++) {
      await stage.redis.command('FLUSHALL');
      await pause(50);
    }
  },
  'is dead for good': async () => {
    await stage.redis.kill();
    await pause(500);
  },
};

/** Until every node tells Prometheus that Redis is there, or that it is not. */
async function untilMetricsSay(connected: 0 | 1): Promise<void> {
  for (const node of stage.nodes)
    await untilScraped(node, (now) => {
      expect(now.has('beseda_redis_connected')).toBe(true);
      expect(now.value('beseda_redis_connected')).toBe(connected);
    });
}

describe.skipIf(!canTest)('when Redis', () => {
  it('answers, the metrics say so', () => untilMetricsSay(1));

  it.each(Object.keys(FAULTS))('%s, everything is heard once and in order', { timeout: 40_000 }, async (name) => {
    const { room, speaker, listeners } = await scene();
    const said = await speakDuring(speaker, room.name, FAULTS[name] ?? (() => Promise.reject(new Error(name))));
    const begun = performance.now();
    for (const listener of listeners) {
      await expect.poll(() => heard(listener).length, { timeout: FOUND_WITHIN }).toBe(said.length);
      expect(heard(listener)).toEqual(said);
    }
    expect(performance.now() - begun).toBeLessThan(FOUND_WITHIN);
  });

  // From here on it is dead: the last fault has not been undone.
  it('is dead, the metrics say so', () => untilMetricsSay(0));

  it.each(PROTOCOLS)(
    'is dead, who is removed hears nothing more over %s from then on',
    { timeout: 30_000 },
    async (protocol) => {
      const room = await stage.room(anna, boris);
      const owner = await stage.connect(0, anna);
      const removed = await stage.join(protocol, 1, boris, room.name);
      await owner.call('message:send', { room: room.name, body: 'for both' });
      await expect.poll(() => heard(removed), { timeout: FOUND_WITHIN }).toEqual(['for both']);
      await owner.call('member:remove', { room: room.name, username: boris.username });
      await owner.call('message:send', { room: room.name, body: 'behind their back' });
      await removed.facts.wait('room:removed', undefined, FOUND_WITHIN);
      await pause(500);
      expect(heard(removed)).toEqual(['for both']);
    },
  );

  it.each(PROTOCOLS)(
    'is dead, a session that ends, a new name and a deletion are found over %s',
    { timeout: 40_000 },
    async (protocol) => {
      const room = await stage.room(anna, boris);
      const owner = await stage.connect(0, anna);
      const session = { ...boris, ...(await signInAgain(boris)) };
      const leaving = await stage.join(protocol, 1, session, room.name);
      const member = await stage.join(protocol, 1, boris, room.name);
      await owner.call('room:update', { room: room.name, name: `${room.name}-anew`, topic: 'another' });
      await fetch(`${stage.url(0)}/api/v1/me/sessions/${session.sessionId}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${boris.token}` },
      });
      const named = await member.facts.wait('room:updated', undefined, FOUND_WITHIN);
      expect(named).toMatchObject({ room: { name: `${room.name}-anew`, topic: 'another' } });
      expect(await leaving.facts.wait('session:closing', undefined, FOUND_WITHIN)).toMatchObject({ code: 4401 });
      await owner.call('room:delete', { room: `${room.name}-anew` });
      await member.facts.wait('room:deleted', undefined, FOUND_WITHIN);
    },
  );

  it('is dead, who was removed and let in again hears what is said', { timeout: 40_000 }, async () => {
    const { room, speaker, listeners } = await scene();
    const [member] = listeners;
    if (!member) throw new Error('Nobody listens');
    await speaker.call('member:remove', { room: room.name, username: boris.username });
    await member.facts.wait('room:removed', undefined, FOUND_WITHIN);
    await speaker.call('member:add', { room: room.name, username: boris.username });
    await call(member, room.name, 'room:join');
    await speaker.call('message:send', { room: room.name, body: 'welcome back' });
    await expect.poll(() => heard(member), { timeout: FOUND_WITHIN }).toEqual(['welcome back']);
  });

  it('is dead, a list of rooms learns of what is unread', { timeout: 30_000 }, async () => {
    const room = await stage.room(anna, boris);
    const list = await stage.connect(1, boris);
    const speaker = await stage.connect(0, anna);
    await speaker.call('message:send', { room: room.name, body: 'unread' });
    const activity = await list.facts.wait('room:activity', ({ roomId }) => roomId === room.id, FOUND_WITHIN);
    expect(activity).toMatchObject({ unread: 1 });
  });

  it(
    'is dead when a node starts, it starts all the same, says so once, and is ready',
    { timeout: 30_000 },
    async () => {
      const node = await stage.start();
      expect((await fetch(`${node.url}/api/health/ready`)).status).toBe(200);
      await pause(2_000);
      expect(node.logs().match(/Redis is out of reach/g)).toHaveLength(1);
      await stage.redis.start();
      await expect.poll(() => node.logs(), { timeout: 5_000 }).toMatch(/Other nodes are heard through Redis/);
    },
  );

  it('cannot be reached by one node alone, that one misses nothing', { timeout: 40_000 }, async () => {
    const proxy = await TcpProxy.open();
    proxy.target = stage.redis.port;
    await stage.start({ REDIS_URL: proxy.url.replace('http:', 'redis:') });
    const index = stage.nodes.length - 1;
    const room = await stage.room(anna, boris);
    const speaker = await stage.connect(0, anna);
    const listener = await stage.join('Socket.IO', index, boris, room.name);
    const said = await speakDuring(speaker, room.name, async () => {
      await pause(500);
      for (const link of proxy.links) link.swallow('toServer', 'toClient');
      await pause(3_000);
      proxy.cut();
      proxy.target = null;
      await pause(1_000);
      proxy.target = stage.redis.port;
    });
    await expect.poll(() => heard(listener).length, { timeout: FOUND_WITHIN }).toBe(said.length);
    expect(heard(listener)).toEqual(said);
    await proxy.close();
  });

  it('goes on without a node that stands still, that one misses nothing', { timeout: 30_000 }, async () => {
    const fresh = await stage.start();
    const index = stage.nodes.length - 1;
    const room = await stage.room(anna, boris);
    const speaker = await stage.connect(0, anna);
    const listener = await stage.join('plain WebSocket', index, boris, room.name);
    process.kill(fresh.pid, 'SIGSTOP');
    const said = await speakDuring(speaker, room.name, () => pause(2_000));
    process.kill(fresh.pid, 'SIGCONT');
    await expect.poll(() => heard(listener).length, { timeout: FOUND_WITHIN }).toBe(said.length);
    expect(heard(listener)).toEqual(said);
  });
});
