import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { z } from 'zod';

const bodiesSchema = z.object({ messages: z.array(z.object({ seq: z.number(), body: z.string() })) });
const ackSchema = z.object({ ok: z.boolean() });
const frameSchema = z.looseObject({ type: z.string() });
const PASSWORD = 'correct horse battery';
/** Milliseconds for whatever has to arrive. */
const PATIENCE = 10_000;

/** What two people said, and how to ask for it again. */
export interface Conversation {
  room: string;
  token: string;
  bodies: string[];
}

async function post(base: string, path: string, body: object, token?: string): Promise<unknown> {
  const response = await fetch(new URL(path, base), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Registers a new account and signs it in. */
export async function registerPerson(base: string): Promise<string> {
  const username = `person-${randomBytes(5).toString('hex')}`;
  const email = `${username}@example.org`;
  await post(base, '/register', { email, username, password: PASSWORD });
  return z.object({ access_token: z.string() }).parse(await post(base, '/login', { email, password: PASSWORD }))
    .access_token;
}

/** Everything said in a room, in its order. */
export async function bodiesOf(base: string, { room, token }: Conversation): Promise<string[]> {
  const response = await fetch(new URL(`/chat/${room}`, base), {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`GET /chat/${room}: ${response.status} ${await response.text()}`);
  return bodiesSchema.parse(await response.json()).messages.map((message) => message.body);
}

/** Collects the bodies of `messages:created`, and tells when one is there. */
class Ears {
  readonly heard: string[] = [];

  take(fact: unknown): void {
    this.heard.push(...bodiesSchema.parse(fact).messages.map((message) => message.body));
  }

  async hear(count: number): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (this.heard.length < count) {
      if (Date.now() > deadline) throw new Error(`Heard only ${JSON.stringify(this.heard)} of ${count} messages`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

async function openSocketIo(base: string, token: string, transports: string[]): Promise<Socket> {
  const socket = io(base, { auth: { token }, transports, forceNew: true, reconnection: false, timeout: PATIENCE });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return socket;
}

async function say(socket: Socket, command: string, payload: object): Promise<void> {
  const ack: unknown = await socket.timeout(PATIENCE).emitWithAck(command, payload);
  if (!ackSchema.parse(ack).ok) throw new Error(`${command}: ${JSON.stringify(ack)}`);
}

async function openWebSocket(base: string, token: string, room: string, ears: Ears): Promise<WebSocket> {
  const url = new URL(`/ws/chat/${room}`, base.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, ['bearer', token], { handshakeTimeout: PATIENCE });
  const joined = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data: Buffer) => {
      const frame = frameSchema.parse(JSON.parse(data.toString()));
      if (frame.type === 'room:joined') resolve();
      if (frame.type === 'messages:created') ears.take(frame);
    });
  });
  await joined;
  return socket;
}

/**
 * Two people register, make a room and talk, one over Socket.IO (WebSocket alone, and once more beginning with polling), the
 * other over a plain WebSocket; each hears both.
 *
 * @param base the service's public address
 * @throws Error when anything does not arrive
 */
export async function converse(base: string): Promise<Conversation> {
  const [anna, boris] = [await registerPerson(base), await registerPerson(base)];
  const room = `room-${randomBytes(5).toString('hex')}`;
  await post(base, '/user/rooms', { name: room }, anna);
  const [annasEars, borisEars] = [new Ears(), new Ears()];
  const socket = await openSocketIo(base, anna, ['websocket']);
  const polling = await openSocketIo(base, anna, ['polling', 'websocket']);
  socket.on('messages:created', (fact: unknown) => annasEars.take(fact));
  await say(socket, 'room:join', { room });
  const plain = await openWebSocket(base, boris, room, borisEars);

  const bodies = ['over Socket.IO', 'over a plain WebSocket', 'привет, over polling'];
  await say(socket, 'message:send', { room, body: bodies[0] });
  await borisEars.hear(1);
  plain.send(JSON.stringify({ type: 'message:send', id: 1, body: bodies[1] }));
  await annasEars.hear(2);
  await say(polling, 'message:send', { room, body: bodies[2] });
  await Promise.all([annasEars.hear(3), borisEars.hear(3)]);
  for (const ears of [annasEars, borisEars]) {
    if (ears.heard.join() !== bodies.join()) throw new Error(`Out of order: ${JSON.stringify(ears.heard)}`);
  }

  socket.disconnect();
  polling.disconnect();
  plain.close();
  await once(plain, 'close');
  return { room, token: anna, bodies };
}
