import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'engine.io';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HEARTBEAT, MAX_PAYLOAD, startEcho, Wire, type EchoServer } from './echo';

// Engine.IO protocol, revision 4: each sentence of the specification that a peer can see.
const POLLING = 'EIO=4&transport=polling';
const WEBSOCKET = 'EIO=4&transport=websocket';

let server: EchoServer;
let sessions = 0;
const wires: Wire[] = [];

beforeAll(async () => {
  server = await startEcho(({ engine }) => {
    // Socket.IO listens there in production; here what lies below it is spoken to.
    engine.removeAllListeners('connection');
    engine.on('connection', (socket: Socket) => {
      sessions++;
      socket.on('close', () => sessions--);
      socket.on('message', (data: string | Buffer) => socket.send(data));
    });
  });
});
afterEach(() => {
  for (const wire of wires.splice(0)) wire.socket.terminate();
});
afterAll(() => server.stop());

const poll = (sid: string, init?: RequestInit) => fetch(server.at(`${POLLING}&sid=${sid}`), init);
const push = (sid: string, body: string) => poll(sid, { method: 'POST', body });

async function pollingSession(): Promise<string> {
  const text = await (await fetch(server.at(POLLING))).text();
  return (JSON.parse(text.slice(1)) as { sid: string }).sid;
}

function wire(query = WEBSOCKET): Wire {
  const opened = new Wire(server.at(query));
  wires.push(opened);
  return opened;
}

async function webSocketSession(): Promise<Wire> {
  const opened = wire();
  await opened.next();
  return opened;
}

/** Polls until something other than a ping comes. */
async function heard(sid: string): Promise<string> {
  for (;;) {
    const text = await (await poll(sid)).text();
    if (text !== '2') return text;
    await push(sid, '3');
  }
}

describe('handshake', () => {
  const handshake = (upgrades: string[]) => ({
    sid: expect.stringMatching(/^[\w-]{20}$/) as string,
    upgrades,
    pingInterval: HEARTBEAT.interval,
    pingTimeout: HEARTBEAT.timeout,
    maxPayload: MAX_PAYLOAD,
  });

  it('by polling opens a session that may be upgraded', async () => {
    const response = await fetch(server.at(POLLING));
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text[0]).toBe('0');
    expect(JSON.parse(text.slice(1))).toEqual(handshake(['websocket']));
  });

  it('by WebSocket opens a session', async () => {
    const text = String(await wire().next());
    expect(text[0]).toBe('0');
    expect(JSON.parse(text.slice(1))).toEqual(handshake([]));
  });

  it.each(['transport=polling', 'EIO=abc&transport=polling', 'EIO=4', 'EIO=4&transport=abc'])(
    'is refused for %s',
    async (query) => expect((await fetch(server.at(query))).status).toBe(400),
  );

  it.each(['transport=websocket', 'EIO=abc&transport=websocket', 'EIO=4&transport=abc'])(
    'is refused for a WebSocket with %s',
    async (query) => {
      const refused = wire(query);
      await refused.ended();
      await expect(refused.next()).rejects.toThrow('closed');
    },
  );

  it.each(['POST', 'PUT', 'DELETE'])('is refused by %s', async (method) =>
    expect((await fetch(server.at(POLLING), { method })).status).toBe(400),
  );

  it('is refused for a session that nobody opened', async () => expect((await poll('nobody')).status).toBe(400));
});

describe('messages by polling', () => {
  it.each([
    ['one packet', '4hello'],
    ['several packets', '4one\x1e4two\x1e4three'],
    ['text and binary', '4hello\x1ebAQIDBA=='],
    ['letters of every length in UTF-8', '4aйक😀'],
  ])('carry %s there and back', async (_, payload) => {
    const sid = await pollingSession();
    const response = await push(sid, payload);
    expect([response.status, await response.text()]).toEqual([200, 'ok']);
    expect(await heard(sid)).toBe(payload);
  });

  it('end the session when they are no packets', async () => {
    const sid = await pollingSession();
    await push(sid, 'abc').catch(() => undefined);
    expect((await poll(sid)).status).toBe(400);
  });

  it('end the session when they are longer than what was agreed', async () => {
    const sid = await pollingSession();
    const response = await push(sid, `4${'x'.repeat(MAX_PAYLOAD)}`).catch(() => undefined);
    expect([undefined, 413]).toContain(response?.status);
    expect((await heard(await pollingSessionAfter())).startsWith('4')).toBe(true);
  });

  it('end the session when two requests poll at once', async () => {
    const sid = await pollingSession();
    const first = poll(sid);
    await sleep(20);
    expect((await poll(sid)).status).toBe(400);
    expect(await (await first).text()).toBe('1');
    expect((await poll(sid)).status).toBe(400);
  });

  it('end the session when a poll is given up', async () => {
    const sid = await pollingSession();
    const controller = new AbortController();
    const given = poll(sid, { signal: controller.signal }).catch(() => undefined);
    await sleep(50);
    controller.abort();
    await given;
    await expect.poll(async () => (await poll(sid)).status).toBe(400);
  });
});

/** The server still serves others. */
async function pollingSessionAfter(): Promise<string> {
  const sid = await pollingSession();
  await push(sid, '4still here');
  return sid;
}

describe('messages by WebSocket', () => {
  it('carry text there and back', async () => {
    const session = await webSocketSession();
    session.send('4aйक😀');
    expect(await session.nextButPing()).toBe('4aйक😀');
  });

  it('carry bytes there and back', async () => {
    const session = await webSocketSession();
    session.send(Buffer.from([1, 2, 3, 4]));
    expect(await session.nextButPing()).toEqual(Buffer.from([1, 2, 3, 4]));
  });

  it.each(['abc', '9', ''])('end the session when they are no packets: “%s”', async (frame) => {
    const session = await webSocketSession();
    session.send(frame);
    await session.ended();
  });

  it('end the session when they are longer than what was agreed', async () => {
    const session = await webSocketSession();
    session.send(`4${'x'.repeat(MAX_PAYLOAD)}`);
    await session.ended();
  });
});

describe('heartbeat', () => {
  it('pings a poller, who lives as long as they answer', async () => {
    const sid = await pollingSession();
    for (let turn = 0; turn < 3; turn++) {
      expect(await (await poll(sid)).text()).toBe('2');
      expect((await push(sid, '3')).status).toBe(200);
    }
  });

  it('pings a WebSocket, which lives as long as it answers', async () => {
    const session = await webSocketSession();
    for (let turn = 0; turn < 3; turn++) {
      expect(await session.next()).toBe('2');
      session.send('3');
    }
    session.send('4still here');
    expect(await session.nextButPing()).toBe('4still here');
  });

  it('ends the session of a poller who does not answer', async () => {
    const sid = await pollingSession();
    await sleep(HEARTBEAT.interval + HEARTBEAT.timeout + 100);
    expect((await poll(sid)).status).toBe(400);
  });

  it('ends the session of a WebSocket that does not answer', async () => {
    const session = await webSocketSession();
    await session.closed;
  });
});

describe('close', () => {
  it('by polling ends the poll that waits, and the session', async () => {
    const sid = await pollingSession();
    const waiting = poll(sid);
    await push(sid, '1');
    expect(await (await waiting).text()).toBe('6');
    expect((await poll(sid)).status).toBe(400);
  });

  // The packet `1` means nothing to the library there: clients close the WebSocket itself.
  it('by WebSocket ends the session', async () => {
    const session = await webSocketSession();
    await expect.poll(() => sessions).toBeGreaterThan(0);
    const before = sessions;
    session.socket.close();
    await expect.poll(() => sessions, { timeout: HEARTBEAT.interval - 100 }).toBe(before - 1);
  });
});

describe('upgrade', () => {
  async function upgraded(): Promise<{ sid: string; session: Wire }> {
    const sid = await pollingSession();
    const session = wire(`${WEBSOCKET}&sid=${sid}`);
    await session.opened();
    session.send('2probe');
    expect(await session.next()).toBe('3probe');
    return { sid, session };
  }

  it('takes a session over, and lets the waiting poll end', async () => {
    const { sid, session } = await upgraded();
    expect(await (await poll(sid)).text()).toBe('6');
    session.send('5');
    session.send('4hello');
    expect(await session.nextButPing()).toBe('4hello');
  });

  it('leaves polling behind', async () => {
    const { sid, session } = await upgraded();
    session.send('5');
    await expect.poll(async () => (await poll(sid)).status).toBe(400);
    session.send('4hello');
    expect(await session.nextButPing()).toBe('4hello');
  });

  it('happens once: a second WebSocket for the session is refused, the first goes on', async () => {
    const { sid, session } = await upgraded();
    session.send('5');
    session.send('4first');
    expect(await session.nextButPing()).toBe('4first');
    const second = wire(`${WEBSOCKET}&sid=${sid}`);
    await second.ended();
    session.send('4hello');
    expect(await session.nextButPing()).toBe('4hello');
  });

  it('is refused for a session that nobody opened', async () => {
    const stranger = wire(`${WEBSOCKET}&sid=nobody`);
    await stranger.ended();
  });
});
