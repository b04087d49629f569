import type { Server, Socket } from 'socket.io';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEcho, Wire, type EchoServer } from './echo';

// Socket.IO protocol, revision 5: each sentence of the specification that a peer can see.
let server: EchoServer;
const wires: Wire[] = [];

function echo(socket: Socket): void {
  socket.emit('auth', socket.handshake.auth);
  socket.on('message', (...values: unknown[]) => socket.emit('message-back', ...values));
  socket.on('asked', (...values: unknown[]) => {
    const answer = values.pop() as (...answers: unknown[]) => void;
    answer(...values);
  });
  socket.on('ask me', () => socket.emit('question', 1, (answer: unknown) => socket.emit('heard', answer)));
}

beforeAll(async () => {
  server = await startEcho(({ io }: { io: Server }) => {
    io.on('connection', echo);
    io.of('/custom').on('connection', echo);
    io.of('/closed').use((_socket, next) => next(Object.assign(new Error('no'), { data: { code: 'forbidden' } })));
  });
});
afterEach(() => {
  for (const wire of wires.splice(0)) wire.socket.terminate();
});
afterAll(() => server.stop());

async function engineSession(): Promise<Wire> {
  const wire = new Wire(server.at('EIO=4&transport=websocket'));
  wires.push(wire);
  await wire.next();
  return wire;
}

/** Connected to the main namespace, everything of the handshake heard. */
async function session(): Promise<Wire> {
  const wire = await engineSession();
  wire.send('40');
  await wire.nextButPing();
  await wire.nextButPing();
  return wire;
}

describe('connect', () => {
  it.each([
    ['the main namespace', '40', '40', '42["auth",{}]'],
    ['the main namespace with a payload', '40{"token":"123"}', '40', '42["auth",{"token":"123"}]'],
    ['another namespace', '40/custom,', '40/custom,', '42/custom,["auth",{}]'],
    ['another namespace with a payload', '40/custom,{"a":1}', '40/custom,', '42/custom,["auth",{"a":1}]'],
  ])('to %s', async (_, request, prefix, greeting) => {
    const wire = await engineSession();
    wire.send(request);
    const answer = String(await wire.nextButPing());
    expect(answer.startsWith(prefix)).toBe(true);
    expect(JSON.parse(answer.slice(prefix.length))).toEqual({ sid: expect.stringMatching(/^[\w-]{20}$/) as string });
    expect(await wire.nextButPing()).toBe(greeting);
  });

  it('is refused to a namespace that there is not', async () => {
    const wire = await engineSession();
    wire.send('40/random');
    expect(await wire.nextButPing()).toBe('44/random,{"message":"Invalid namespace"}');
  });

  it('is refused with a reason', async () => {
    const wire = await engineSession();
    wire.send('40/closed,');
    expect(await wire.nextButPing()).toBe('44/closed,{"message":"no","data":{"code":"forbidden"}}');
  });

  it.each(['4abc', '4', '49', '42["message","before"]', '40{"broken'])(
    'ends the connection when it is none: %s',
    async (packet) => {
      const wire = await engineSession();
      wire.send(packet);
      await wire.ended();
    },
  );
});

describe('disconnect', () => {
  it('from the main namespace leaves the connection open', async () => {
    const wire = await session();
    wire.send('41');
    expect(await wire.next()).toBe('2');
  });

  it('from another namespace leaves the main one as it is', async () => {
    const wire = await session();
    wire.send('40/custom,');
    await wire.nextButPing();
    await wire.nextButPing();
    wire.send('41/custom,');
    wire.send('42["message","to the main namespace"]');
    expect(await wire.nextButPing()).toBe('42["message-back","to the main namespace"]');
  });
});

describe('events', () => {
  it('carry values there and back', async () => {
    const wire = await session();
    wire.send('42["message",1,"2",{"3":[true,null]},"й😀"]');
    expect(await wire.nextButPing()).toBe('42["message-back",1,"2",{"3":[true,null]},"й😀"]');
  });

  it('carry binary attachments there and back', async () => {
    const wire = await session();
    wire.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    wire.send(Buffer.from([1, 2, 3]));
    wire.send(Buffer.from([4, 5, 6]));
    expect(await wire.nextButPing()).toBe(
      '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
    );
    expect(await wire.nextButPing()).toEqual(Buffer.from([1, 2, 3]));
    expect(await wire.nextButPing()).toEqual(Buffer.from([4, 5, 6]));
  });

  it('are acknowledged under their number', async () => {
    const wire = await session();
    wire.send('42456["asked",1,"2",{"3":[false]}]');
    expect(await wire.nextButPing()).toBe('43456[1,"2",{"3":[false]}]');
  });

  it('are acknowledged with binary attachments', async () => {
    const wire = await session();
    wire.send('451-789["asked",{"_placeholder":true,"num":0}]');
    wire.send(Buffer.from([7, 8]));
    expect(await wire.nextButPing()).toBe('461-789[{"_placeholder":true,"num":0}]');
    expect(await wire.nextButPing()).toEqual(Buffer.from([7, 8]));
  });

  it('are acknowledged by the client too', async () => {
    const wire = await session();
    wire.send('42["ask me"]');
    expect(await wire.nextButPing()).toBe('420["question",1]');
    wire.send('430["my answer"]');
    expect(await wire.nextButPing()).toBe('42["heard","my answer"]');
  });

  it.each(['4abc', '42{"an":"object"}', '42[]', '42[{"a":1}]', '42["disconnect"]', '451-["message"', '45x["message"]'])(
    'end the connection when they are none: %s',
    async (packet) => {
      const wire = await session();
      wire.send(packet);
      await wire.ended();
    },
  );
});
