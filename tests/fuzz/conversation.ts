import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { PlainSocket } from '../harness/plain-client';
import { SocketIoClient } from '../harness/socket-io-client';
import { ask } from './ask';
import { messagesOf } from './heard';
import { newPerson, post } from './world';

const foundSchema = z.object({ rooms: z.array(z.object({ name: z.string() })) });

function expectTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/**
 * What people do on any day, over all transports, as it has to work after an attack.
 *
 * @throws Error at the first thing that does not work
 */
export async function converse(url: string): Promise<void> {
  const [anna, boris] = [await newPerson(url), await newPerson(url)];
  const room = `after-${randomUUID()}`;
  await post(url, '/api/v1/rooms', { name: room, topic: 'Is everybody well?' }, anna.token);
  const socketIo = await SocketIoClient.connect(url, anna.token, { transports: ['polling', 'websocket'] });
  const joined = await socketIo.call('room:join', { room });
  expectTrue(joined.ok && joined.messages?.length === 0, 'a new room cannot be joined');
  const plain = await PlainSocket.join(url, room, boris.token);

  const hello = await plain.call('message:send', { body: 'Hello' });
  expectTrue(hello.ok && hello.message?.seq === 1, 'a message cannot be sent');
  await socketIo.facts.wait('messages:created', (fact) => messagesOf(fact)[0]?.body === 'Hello');
  const edited = await plain.call('message:edit', { seq: 1, body: 'Hello!' });
  expectTrue(edited.ok && edited.message?.revision === 2, 'a message cannot be edited');
  await socketIo.facts.wait('message:updated');
  const read = await socketIo.call('room:read', { room, seq: 1 });
  expectTrue(read.ok && read.unread === 0, 'a message cannot be read');
  await post(url, `/chat/${room}`, { body: 'Good bye' }, anna.token);
  await plain.facts.wait('messages:created', (fact) => messagesOf(fact)[0]?.body === 'Good bye');

  const { token } = boris;
  const { rooms } = foundSchema.parse((await ask(url, `/user/search/results?q=${room}`, { token })).json);
  expectTrue(rooms[0]?.name === room, 'the room is not found');
  const page = await ask(url, `/chat/${room}`, { token, accept: 'text/html' });
  expectTrue(page.status === 200 && page.text.includes('Good bye'), 'the page does not show what was said');
  await socketIo.close();
  await plain.close();
}
