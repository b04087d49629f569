import { expect, it } from 'vitest';
import { createPerson } from '../../harness/people';
import { SocketIoClient } from '../../harness/socket-io-client';
import { inWorld, request } from '../contract/world';

const world = inWorld();

it('tells of activity those too who became members while the room was busy', async () => {
  const [anna, boris, clara] = [await createPerson(), await createPerson(), await createPerson()];
  const { name } = await world.room(anna, clara);
  const writer = world.keep(await SocketIoClient.connect(world.url, anna.token));
  const elsewhere = world.keep(await SocketIoClient.connect(world.url, boris.token));
  const member = world.keep(await SocketIoClient.connect(world.url, clara.token));
  await writer.call('message:send', { room: name, body: 'one' });
  await member.facts.wait('room:activity');
  expect(elsewhere.facts.of('room:activity')).toEqual([]);

  // Writing makes a member.
  const sent = await request(world, `/api/v1/rooms/${name}/messages`, { as: boris, json: { body: 'two' } });
  expect(sent.status).toBe(201);
  await writer.call('message:send', { room: name, body: 'three' });
  const told = await elsewhere.facts.wait('room:activity', ({ lastSeq }) => lastSeq === 3);
  expect(told).toMatchObject({ room: name, unread: 1 });
});
