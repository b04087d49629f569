import { LoadClient } from './client';
import { ENVELOPE_SCHEMA, type Order } from './orders';
import { randomFrom } from './random';
import { Tally } from './tally';

/*
 * A process full of clients, which does what its parent orders. Started by `Generators`.
 */

/** Milliseconds between two looks at what is due. */
const TICK = 20;

const tally = new Tally();
const clients: LoadClient[] = [];
let random = randomFrom(0);
let saying: NodeJS.Timeout | undefined;
let churning: NodeJS.Timeout | undefined;

const pick = (): LoadClient | undefined => clients[Math.floor(random() * clients.length)];
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Does something so many times a second, evenly; what could not be done in time is not made up for. */
function steadily(perSecond: number, act: () => void): NodeJS.Timeout | undefined {
  if (perSecond <= 0) return undefined;
  let due = 0;
  let last = performance.now();
  return setInterval(() => {
    const now = performance.now();
    due = Math.min(perSecond, due + ((now - last) / 1_000) * perSecond);
    last = now;
    for (; due >= 1; due--) act();
  }, TICK);
}

async function connect({ port, seed, atOnce, clients: options }: Extract<Order, { name: 'connect' }>): Promise<void> {
  random = randomFrom(seed);
  let next = 0;
  const worker = async () => {
    for (let one = options[next++]; one; one = options[next++]) {
      const client = new LoadClient(one, port, tally, random);
      clients.push(client);
      client.connect();
      while (!client.caughtUp) await sleep(5);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function obey(order: Order): unknown {
  switch (order.name) {
    case 'connect':
      return connect(order);
    case 'say': {
      clearInterval(saying);
      const text = 'x'.repeat(order.bytes);
      saying = steadily(order.perSecond, () => pick()?.say(text));
      return null;
    }
    case 'churn':
      clearInterval(churning);
      churning = steadily(order.perSecond, () => pick()?.hangUp());
      return null;
    case 'stall': {
      // Evenly among all, so that every room has readers of both kinds; one that is just coming back has nothing yet to stop reading.
      const there = clients.filter(({ caughtUp, stalled }) => caughtUp || stalled);
      const every = Math.floor(there.length / Math.max(1, order.count));
      there.forEach((client, index) => {
        const stalled = index % every === 0 && index < order.count * every;
        if (client.stalled !== stalled) client.stall(stalled);
      });
      return null;
    }
    case 'clear':
      tally.clear();
      return null;
    case 'report':
      return tally.report(clients);
    case 'judge': {
      const truth = new Map(order.truth);
      const behind = clients.filter(({ revision, options }) => revision !== truth.get(options.room)?.revision);
      return { behind: behind.length, wrong: tally.wrong(truth) };
    }
  }
}

process.on('message', (message) => {
  const { id, order } = ENVELOPE_SCHEMA.parse(message);
  void Promise.resolve(obey(order)).then((result) => process.send?.({ id, result: result ?? null }));
});
process.on('disconnect', () => process.exit(0));
