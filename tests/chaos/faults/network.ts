import { pause } from '../actors/scene';
import { bodyOf } from '../checker/tags';
import { query } from '../database';
import type { World } from '../world';
import { choose, now, type Fault } from './fault';

/** Milliseconds until a message that was sent must be stored, and until its retry must be answered. */
const WITHIN = 10_000;

async function until(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + WITHIN;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await pause(10);
  }
  return true;
}

/** Where a message is stored, known by its body, which no other message has: what its id became is what is under test. */
async function storedSeq(world: World, roomId: number, body: string): Promise<number> {
  const rows = await query<{ seq: number }>(
    await world.database.url(),
    'SELECT seq FROM messages WHERE room_id = $1 AND body = $2 ORDER BY seq',
    [roomId, body],
  );
  return rows[0]?.seq ?? 0;
}

const cutBeforeAck: Fault = {
  name: 'cut-before-ack',
  title: 'connection cut between commit and acknowledgement',
  quick: { given: 4 },
  full: { given: 200 },
  async inject(world, random) {
    const { writer, proxy } = choose(world.cast.cutters, random);
    const failures: string[] = [];
    if (!(await until(() => writer.isConnected && writer.isIdle))) return now(['the writer is not connected']);
    // From here on the server's words are lost, also on a connection that HTTP only opens now.
    proxy.onLink = (link) => link.swallow('toClient');
    for (const link of proxy.links) link.swallow('toClient');
    const draft = writer.send();
    let seq = 0;
    const stored = await until(
      async () =>
        (seq = await storedSeq(world, world.cast.rooms[draft.room]?.id ?? 0, bodyOf({ ...draft, edit: 0 }))) > 0,
    );
    if (!stored) failures.push('the message was not stored');
    await pause(random() * 100);
    proxy.onLink = () => undefined;
    proxy.cut();
    const since = performance.now();
    if (!(await until(() => draft.acked > 0))) failures.push('the retry was not answered');
    else if (draft.seq !== seq) failures.push(`the retry was answered with ${draft.seq}, stored was ${seq}`);
    return { since, failures };
  },
};

const cutSome: Fault = {
  name: 'cut-some',
  title: 'some connections cut',
  quick: { given: 1 },
  full: { given: 30 },
  inject(world, random) {
    const share = 0.1 + random() * 0.5;
    for (const proxy of [world.calm, world.flaky]) proxy.cut(() => random() < share);
    return Promise.resolve(now());
  },
};

const cutAll: Fault = {
  name: 'cut-all',
  title: 'all connections cut at once',
  quick: { given: 1 },
  full: { given: 15 },
  inject(world) {
    for (const proxy of [world.calm, world.flaky]) proxy.cut();
    return Promise.resolve(now());
  },
};

/** What happens between clients and server. */
export const NETWORK_FAULTS: readonly Fault[] = [cutBeforeAck, cutSome, cutAll];
