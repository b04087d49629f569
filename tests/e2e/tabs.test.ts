import { expect, test } from 'vitest';
import { createRoom, createUser, writeMessages } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

test('the same room in two tabs is harmless', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitorAs(user);
  const open = async () => new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  const here = await open();
  const there = await open();
  await here.page.getByRole('button', { name: '1 person here' }).waitFor();
  await here.say('Said once');
  await there.sees('Said once');
  await there.say('Answered once');
  await here.sees('Answered once');
  for (const tab of [here, there]) {
    expect(await tab.log.getByRole('article').count()).toBe(2);
    expect(await tab.page.getByText('is typing').count()).toBe(0);
  }
  await there.page.close();
  await here.say('And alone again');
  await here.sees('And alone again');
});

test('what is read in one tab is read in the others', async () => {
  const [reader, writer] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: writer, members: [reader] });
  await writeMessages(room, [{ author: writer, body: 'News' }]);
  const visitor = await house.visitorAs(reader);
  const list = await visitor.open('/user');
  const link = list.getByRole('navigation').getByRole('link', { name: room.name });
  await link.getByText('1 unread message').waitFor({ state: 'attached' });
  // Of several, browsers show the last.
  await expect.poll(() => list.locator('link[rel="icon"]').last().getAttribute('href')).toContain('unread');
  await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  await link.getByText('1 unread message').waitFor({ state: 'detached' });
  await expect.poll(() => list.title()).toBe('My rooms · Beseda');
});
