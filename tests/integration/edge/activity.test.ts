import { expect, it } from 'vitest';
import { createPerson } from '../../harness/people';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld, request } from '../contract/world';

const world = inWorld();

it('tells of activity those who became members while the room was busy, and nobody who is no member any more', async () => {
  const [anna, boris, clara] = [await createPerson(), await createPerson(), await createPerson()];
  const { name } = await world.room(anna, clara);
  const writer = world.keep(await SocketIoClient.connect(world.url, anna.token));
  const elsewhere = world.keep(await SocketIoClient.connect(world.url, boris.token));
  const removed = world.keep(await SocketIoClient.connect(world.url, clara.token));
  await writer.call('message:send', { room: name, body: 'one' });
  await removed.facts.wait('room:activity');

  const added = await request(world, `/api/v1/rooms/${name}/members/${boris.username}`, { method: 'PUT', as: boris });
  expect(added.status).toBe(201);
  const gone = await request(world, `/api/v1/rooms/${name}/members/${clara.username}`, { method: 'DELETE', as: anna });
  expect(gone.status).toBe(204);
  await writer.call('message:send', { room: name, body: 'two' });
  expect(await elsewhere.facts.wait('room:activity')).toMatchObject({ room: name, lastSeq: 2, unread: 1 });
  expect(removed.facts.of('room:activity')).toHaveLength(1);
});
