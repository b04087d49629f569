import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpProxy, type Link } from './proxy';

let proxy: TcpProxy;
let peers: Socket[];
let server: ReturnType<typeof createServer>;

const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/** A connection through the proxy: both ends, and what the far end has heard. */
async function open() {
  const accepted = new Promise<Link>((resolve) => (proxy.onLink = resolve));
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  const heard = { byServer: '', byClient: '' };
  client.on('error', () => undefined);
  client.setEncoding('utf8').on('data', (text: string) => (heard.byClient += text));
  const [peer] = (await once(server, 'connection')) as [Socket];
  peer.on('error', () => undefined);
  peer.setEncoding('utf8').on('data', (text: string) => (heard.byServer += text));
  peers.push(client, peer);
  return { client, peer, link: await accepted, heard };
}

beforeEach(async () => {
  peers = [];
  server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  proxy = await TcpProxy.open();
  const address = server.address();
  proxy.target = typeof address === 'object' ? (address?.port ?? null) : null;
});

afterEach(async () => {
  for (const peer of peers) peer.destroy();
  await proxy.close();
  server.close();
});

describe('the proxy between clients and server', () => {
  it('passes on both ways, and an end too', async () => {
    const { client, peer, heard } = await open();
    client.write('hello');
    peer.write('welcome');
    await expect.poll(() => heard).toEqual({ byServer: 'hello', byClient: 'welcome' });
    peer.end();
    await closed(client);
  });

  it('keeps the order of bytes whatever their delays', async () => {
    const { client, link, heard } = await open();
    let sent = '';
    for (let n = 0; n < 60; n++) {
      link.delay = n < 50 ? (n * 37) % 23 : 0;
      client.write(`${n},`);
      sent += `${n},`;
      await new Promise((resolve) => setTimeout(resolve, n % 3));
    }
    await expect.poll(() => heard.byServer).toBe(sent);
  });

  it('swallows one direction without telling either side', async () => {
    const { client, peer, link, heard } = await open();
    link.swallow('toClient');
    client.write('question');
    await expect.poll(() => heard.byServer).toBe('question');
    peer.write('answer');
    client.write(' and another');
    await expect.poll(() => heard.byServer).toBe('question and another');
    expect([heard.byClient, client.destroyed]).toEqual(['', false]);
  });

  it('keeps a half-open connection open towards the server when the client has gone', async () => {
    const { client, peer, link } = await open();
    link.swallow('toServer', 'toClient');
    client.destroy();
    await closed(link.client);
    expect([link.server.destroyed, peer.destroyed]).toEqual([false, false]);
    peer.end();
    await link.serverClosed;
  });

  it('cuts those that are chosen', async () => {
    const [one, other] = [await open(), await open()];
    expect(proxy.cut((link) => link === one.link)).toBe(1);
    await closed(one.client);
    expect(other.client.destroyed).toBe(false);
  });

  it('reads nothing for a reader that stands still, and the rest once it goes on', async () => {
    const { peer, link, heard } = await open();
    peer.write('first');
    await expect.poll(() => heard.byClient).toBe('first');
    link.stall();
    peer.write('second');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard.byClient).toBe('first');
    link.flow();
    await expect.poll(() => heard.byClient).toBe('firstsecond');
  });

  it('refuses while there is no server', async () => {
    proxy.target = null;
    const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    client.on('error', () => undefined);
    await closed(client);
  });
});
