import { pause } from '../actors/scene';
import type { Link, TcpProxy } from '../proxy';
import type { World } from '../world';
import { choose, now, type Fault } from './fault';

/** Milliseconds that a spell lasts. */
const LASTS = { quick: 6_000, full: 20_000 };
/** Milliseconds after which the server must have let go of a peer that says nothing: 25 s, 20 s, and 5 more. */
const GHOST = 50_000;

/** One thing that a network does to one connection. */
function trouble(link: Link, random: () => number): 'half-open' | undefined {
  const chance = random();
  if (chance < 0.35) link.cut();
  else if (chance < 0.6) link.delay = 50 + random() * 900;
  else if (chance < 0.8) link.rate = 2_000 + random() * 40_000;
  else if (link.swallowed.size === 0) {
    link.swallow(...choose([['toServer'], ['toClient'], ['toServer', 'toClient']] as const, random));
    return 'half-open';
  }
  return undefined;
}

async function spell(proxy: TcpProxy, random: () => number, lasts: number): Promise<{ link: Link; since: number }[]> {
  const halfOpen: { link: Link; since: number }[] = [];
  proxy.onLink = (link) => (link.delay = random() * 300);
  const end = performance.now() + lasts;
  while (performance.now() < end) {
    const links = [...proxy.links];
    if (links.length > 0) {
      const link = choose(links, random);
      if (trouble(link, random) === 'half-open') halfOpen.push({ link, since: performance.now() });
    }
    await pause(50 + random() * 250);
  }
  proxy.onLink = () => undefined;
  for (const link of proxy.links) [link.delay, link.rate] = [0, 0];
  return halfOpen;
}

/** How long the server kept each connection whose client it could no longer hear. */
async function watchGhosts(world: World, halfOpen: { link: Link; since: number }[]): Promise<void> {
  await Promise.all(
    halfOpen
      // A request without an answer is another matter: HTTP has its own times.
      .filter(({ link }) => link.isSocket)
      .map(async ({ link, since }) => {
        await Promise.race([link.serverClosed, pause(GHOST + 10_000)]);
        world.ghosts.push(performance.now() - since);
      }),
  );
}

const flaky: Fault = {
  name: 'flaky-network',
  title: 'a spell of bad network for a third of the clients',
  quick: { given: 1 },
  full: { given: 8 },
  inject(world, random) {
    // It goes on while other things happen.
    world.inBackground(async () => {
      const halfOpen = await spell(world.flaky, random, LASTS[world.length]);
      if (world.length === 'full') await watchGhosts(world, halfOpen);
      for (const { link } of halfOpen) link.cut();
    });
    return Promise.resolve(now());
  },
};

/** Bad networks. */
export const FLAKY_FAULTS: readonly Fault[] = [flaky];
