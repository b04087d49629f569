import { pause } from '../actors/scene';
import { record } from '../checker/observed';
import { OPEN } from '../clients/transports';
import type { World } from '../world';
import { choose, type Fault, type Injected } from './fault';

/** Milliseconds within which the server has to let go of a reader that stands still. */
const LET_GO_WITHIN = 30_000;
/** Pages that it asks for and does not read: more than the buffers of the system between hold. */
const PAGES = 400;

/** Resolves once the room was told that this user left; false when it was not in time. */
async function hearsLeave(world: World, room: number, userId: number): Promise<() => Promise<boolean>> {
  const observer = world.cast.probes[room]?.identity;
  if (!observer) throw new Error(`There is no room ${room}`);
  let left: () => void = () => undefined;
  const gone = new Promise<boolean>((resolve) => (left = () => resolve(true)));
  const line = await OPEN['socket.io']({
    ...observer,
    room: world.cast.rooms[room]?.name ?? '',
    ear: {
      joined: () => undefined,
      fact(name, payload) {
        const users = name === 'presence' ? record(payload).left : undefined;
        if (Array.isArray(users) && users.some((user) => record(user).id === userId)) left();
      },
    },
  });
  return async () => {
    const result = await Promise.race([gone, pause(LET_GO_WITHIN).then(() => false)]);
    line.close();
    return result;
  };
}

const stalledReader: Fault = {
  name: 'stalled-reader',
  title: 'a reader that stands still',
  quick: { given: 1 },
  full: { given: 6 },
  async inject(world, random): Promise<Injected> {
    const { watcher, proxy } = choose(world.cast.stallers, random);
    const deadline = performance.now() + LET_GO_WITHIN;
    while (!watcher.line?.isOpen && performance.now() < deadline) await pause(20);
    const { line } = watcher;
    if (!line) return { since: performance.now(), failures: ['the reader was not connected'] };
    const gone = await hearsLeave(world, watcher.view.room, watcher.identity.userId);
    for (const link of proxy.links) link.stall();
    for (let page = 0; page < PAGES; page++) {
      // Nobody reads the answers; that is the point.
      line.call('message:list', { limit: 200 }).catch(() => undefined);
    }
    const begun = performance.now();
    const letGo = await gone();
    world.letGo.push(performance.now() - begun);
    for (const link of proxy.links) link.flow();
    return { since: performance.now(), failures: letGo ? [] : ['it was not let go within 30 s'] };
  },
};

/** Readers that do not read. */
export const READER_FAULTS: readonly Fault[] = [stalledReader];
