import { afterAll, beforeAll, expect, it } from 'vitest';
import { TcpProxy, type Link } from '../../chaos/proxy';
import { createRoom } from '../../factories';
import { startInProcess, type InProcessServer } from '../../harness/in-process';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';

let server: InProcessServer;
let proxy: TcpProxy;
let anna: Person;
let boris: Person;
let watcher: SocketIoClient;
let room: string;

beforeAll(async () => {
  // Production has the contract's 25 and 20 seconds.
  server = await startInProcess({ heartbeat: { interval: 1_000, timeout: 800 } });
  proxy = await TcpProxy.open();
  proxy.target = server.port;
  [anna, boris] = [await createPerson(), await createPerson()];
  room = (await createRoom({ owner: anna, members: [boris] })).name;
  watcher = await SocketIoClient.connect(server.url, anna.token);
  await watcher.call('room:join', { room });
});
afterAll(async () => {
  await watcher.close();
  await proxy.close();
  await server.stop();
});

const CLIENTS: Record<string, (url: string) => Promise<{ close(): Promise<void> }>> = {
  'plain WebSocket': (url) => PlainSocket.join(url, room, boris.token),
  'Socket.IO over a WebSocket': (url) => joined(SocketIoClient.connect(url, boris.token)),
  'Socket.IO over long polling': (url) => joined(SocketIoClient.connect(url, boris.token, { transports: ['polling'] })),
};

async function joined(connecting: Promise<SocketIoClient>): Promise<SocketIoClient> {
  const client = await connecting;
  await client.call('room:join', { room });
  return client;
}

const told = (change: 'joined' | 'left') =>
  watcher.facts.of('presence').filter(({ [change]: users }) => {
    return Array.isArray(users) && users.some((user: { id: number }) => user.id === boris.id);
  }).length;

it.each(Object.keys(CLIENTS))('lets a peer go whose line is dead though nobody closed it: %s', async (name) => {
  const before = { joined: told('joined'), left: told('left') };
  const client = await CLIENTS[name]?.(proxy.url);
  await expect.poll(() => told('joined'), { timeout: 8_000 }).toBe(before.joined + 1);
  // It answers, so it stays, over more than one beat of the heart.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(told('left')).toBe(before.left);

  const silence = (link: Link) => link.swallow('toServer', 'toClient');
  proxy.onLink = silence;
  const lines = [...proxy.links].filter(({ isSocket }) => isSocket);
  for (const link of proxy.links) silence(link);
  await expect.poll(() => told('left'), { timeout: 8_000 }).toBe(before.left + 1);
  // The line itself too, and not only what stood for it.
  await Promise.all(lines.map(({ serverClosed }) => serverClosed));
  proxy.onLink = () => undefined;
  proxy.cut();
  await client?.close();
});
