import { once } from 'node:events';
import { connect as tcp } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createPerson, type Person } from '../../harness/people';
import { PlainSocket } from '../../harness/plain-client';
import { openRawSocketIo } from '../../harness/raw-socket-io';
import { rawText } from '../../harness/raw-text';
import { inWorld } from '../contract/world';

const world = inWorld();
let anna: Person;
let room: string;
beforeAll(async () => {
  anna = await createPerson();
  room = (await world.room(anna)).name;
});

interface Kind {
  /** a connection that is in and may send */
  open: () => Promise<WebSocket>;
  path: () => string;
}

const KINDS: [string, Kind][] = [
  [
    'plain WebSocket',
    {
      open: async () => (await PlainSocket.join(world.url, room, anna.token)).socket,
      path: () => `/ws/chat/${room}`,
    },
  ],
  [
    'Socket.IO',
    {
      open: async () => (await openRawSocketIo(world.url, anna.token)).socket,
      path: () => '/socket.io/?EIO=4&transport=websocket',
    },
  ],
];

const closeCode = async (socket: WebSocket): Promise<number> => {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
};

/** What is left on the server for others. */
const isAlive = async () => {
  const socket = await PlainSocket.join(world.url, room, anna.token);
  const answer = await socket.call('message:send', { body: 'alive' });
  await socket.close();
  return answer.ok;
};

/** A masked frame as RFC 6455, 5.2 has it; its mask is zero, so that the payload stands there as it is. */
function frame(first: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([first, 0x80 | (head[0] ?? 0), ...head.slice(1), 0, 0, 0, 0]), payload]);
}

/** Upgrades by hand, sends the frames, and gives all that came until the server hung up. */
function byHand(path: string, frames: Buffer[], ...headers: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tcp(world.server.port, 'localhost');
    let text = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error(`The server did not hang up: ${text.slice(0, 300)}`)));
    socket.on('data', (data) => {
      if (text === '') socket.write(Buffer.concat(frames));
      text += data.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    lines.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `Authorization: Bearer ${anna.token}`, ...headers);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${world.server.port}\r\n${lines.join('\r\n')}\r\n\r\n`);
  });
}

describe.each(KINDS)('over %s', (_title, { open, path }) => {
  it('a message in many fragments is as large as all of them together', async () => {
    const socket = await open();
    const closed = closeCode(socket);
    for (let piece = 0; piece < 33; piece++) socket.send('x'.repeat(4 * 1024), { fin: false });
    expect(await closed).toBe(1009);
    expect(await isAlive()).toBe(true);
  });

  it('compression is not agreed to, and a compressed frame ends the connection', async () => {
    const bomb = frame(0x80 | 0x40 | 1, Buffer.from('ca49cdc9c907000000ffff', 'hex'));
    const answer = await byHand(path(), [bomb], 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits');
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).not.toMatch(/sec-websocket-extensions/i);
    // A close frame with 1002, protocol error.
    expect(answer).toContain('\x88\x02\x03\xea');
    expect(await isAlive()).toBe(true);
  });

  it.each<[string, Buffer, string]>([
    [
      'a frame that says it has 2⁶³ bytes',
      Buffer.from([0x81, 0xff, 0x7f, ...Array<number>(7).fill(0xff), 0, 0, 0, 0]),
      '\x03\xf1',
    ],
    ['a control frame in pieces', frame(0x09, Buffer.from('x')), '\x03\xea'],
    ['a ping of 126 bytes', frame(0x89, Buffer.alloc(126)), '\x03\xea'],
    ['text that is no UTF-8', frame(0x81, Buffer.from([0xc3, 0x28])), '\x03\xef'],
    ['a continuation of nothing', frame(0x80, Buffer.from('x')), '\x03\xea'],
    ['a frame without a mask', Buffer.from([0x81, 0x01, 0x78]), '\x03\xea'],
  ])('%s ends the connection', async (_title, bytes, code) => {
    expect(await byHand(path(), [bytes])).toContain(code);
    expect(await isAlive()).toBe(true);
  });
});

describe('packets of Socket.IO with places for bytes', () => {
  /** Sends packets, and tells what came of it: an acknowledgement, or the end of the connection. */
  async function outcome(...packets: (string | Buffer)[]): Promise<string> {
    const { socket } = await openRawSocketIo(world.url, anna.token);
    const over = Promise.race([
      closeCode(socket).then(() => 'closed'),
      new Promise<string>((resolve) => {
        socket.on('message', (data) => {
          const text = rawText(data);
          if (text.startsWith('439')) resolve(text);
        });
      }),
    ]);
    for (const packet of packets) socket.send(packet);
    const result = await over;
    socket.terminate();
    return result;
  }

  const send = (body: unknown) => JSON.stringify(['message:send', { room, body }]);

  it.each<[string, () => (string | Buffer)[]]>([
    ['more places than bytes may come', () => [`4599999999-9${send({ _placeholder: true, num: 0 })}`]],
    ['a place that there is not', () => [`451-9${send({ _placeholder: true, num: 7 })}`, Buffer.from('x')]],
    ['a place before the first', () => [`451-9${send({ _placeholder: true, num: -1 })}`, Buffer.from('x')]],
    ['a place that is a name', () => [`451-9${send({ _placeholder: true, num: '__proto__' })}`, Buffer.from('x')]],
    ['bytes that nobody announced', () => [Buffer.from('x'), `429${send('x')}`]],
    ['text where bytes were announced', () => [`451-9${send({ _placeholder: true, num: 0 })}`, `429${send('x')}`]],
  ])('are the end of the connection alone: %s', async (_title, packets) => {
    expect(await outcome(...packets())).toBe('closed');
    expect(await isAlive()).toBe(true);
  });

  it('are no text', async () => {
    const answer = await outcome(`451-9${send({ _placeholder: true, num: 0 })}`, Buffer.from('bytes'));
    expect(answer).toContain('"code":"unprocessable"');
  });
});
