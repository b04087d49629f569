import { expect, test } from 'vitest';
import { createRoom, createUser } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

test('a private room is made, somebody is added and removed, and sees both at once', async () => {
  const [owner, guest] = await Promise.all([createUser({ username: 'olga' }), createUser({ username: 'gleb' })]);
  const [one, other] = await Promise.all([house.visitorAs(owner), house.visitorAs(guest)]);
  const there = await other.open('/user');
  const here = await one.open('/user');
  await here.getByRole('textbox', { name: 'Name' }).fill('Between us');
  await here.getByRole('radio', { name: /^Private/ }).check();
  await here.getByRole('button', { name: 'Create room' }).click();
  await here.waitForURL('**/chat/between-us');
  const room = await new RoomPage(here).live();
  await room.say('Nobody else reads this');
  await here.getByRole('heading', { level: 1, name: 'between-us' }).waitFor();
  await here.locator('header').getByText('Private').waitFor({ state: 'attached' });
  expect(await there.getByRole('link', { name: /between-us/ }).count()).toBe(0);

  await here.getByRole('link', { name: 'Details and members' }).click();
  await here.getByRole('textbox', { name: 'Add somebody by username' }).fill('nobody-at-all');
  one.tolerate(/404/);
  await here.getByRole('button', { name: 'Add', exact: true }).click();
  await here.getByText('There is nobody of this name here.').waitFor();
  await here.getByRole('textbox', { name: 'Add somebody by username' }).fill('gleb');
  await here.getByRole('button', { name: 'Add', exact: true }).click();
  await here.getByRole('heading', { name: '2 members' }).waitFor();

  const link = there.getByRole('navigation').getByRole('link', { name: /^between-us/ });
  await link.getByText('Private').waitFor({ state: 'attached' });
  await link.click();
  const guestRoom = await new RoomPage(there).live();
  await guestRoom.sees('Nobody else reads this');

  await here.locator('summary').getByText('gleb').click();
  await here.getByRole('button', { name: 'Remove from the room gleb' }).click();
  await here.getByRole('heading', { name: '1 member' }).waitFor();
  await there.getByText('You are no longer in this room.').waitFor();
  await expect.poll(() => link.count()).toBe(0);
  await there.getByRole('link', { name: 'To my rooms' }).click();
  await there.waitForURL('**/user');
  other.tolerate(/404/);
  await there.goto(`${house.url}/chat/between-us`);
  await there.getByRole('heading', { name: 'Nothing lives here' }).waitFor();
});

test('a room’s details follow what happens, and offer only what one may do', async () => {
  const [owner, guest, late] = await Promise.all([createUser(), createUser(), createUser()]);
  const room = await createRoom({ owner, members: [guest] });
  const [one, other] = await Promise.all([house.visitorAs(owner), house.visitorAs(guest)]);
  const [here, there] = await Promise.all([
    one.open(`/chat/${room.name}/details`),
    other.open(`/chat/${room.name}/details`),
  ]);
  for (const name of ['Add', 'Save changes'])
    expect(await there.getByRole('button', { name, exact: true }).count()).toBe(0);
  expect(await there.getByRole('link', { name: 'Delete this room' }).count()).toBe(0);
  expect(await here.getByRole('button', { name: 'Leave this room' }).count()).toBe(0);

  await there.getByRole('heading', { name: '2 members' }).waitFor();
  await one.post(`/chat/${room.name}/details`, { action: 'add', username: late.username });
  await there.getByRole('heading', { name: '3 members' }).waitFor();
  await here.getByRole('heading', { name: '3 members' }).waitFor();

  await here.getByRole('textbox', { name: 'Topic' }).fill('What it is about');
  await here.getByRole('textbox', { name: 'Name', exact: true }).fill(`${room.name} renamed`);
  await here.getByRole('button', { name: 'Save changes' }).click();
  await here.waitForURL(`**/chat/${room.name}-renamed/details`);
  await there.waitForURL(`**/chat/${room.name}-renamed/details`);
  await there.getByText('What it is about').waitFor();

  await there.getByRole('button', { name: 'Leave this room' }).click();
  await there.waitForURL('**/user');
  await here.getByRole('heading', { name: '2 members' }).waitFor();
});

test('a room’s details work without a script', async () => {
  const [owner, guest] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner, members: [guest] });
  const visitor = await house.visitorAs(owner, { javaScriptEnabled: false });
  const page = await visitor.open(`/chat/${room.name}`);
  await page.getByRole('link', { name: 'Details and members' }).click();
  visitor.tolerate(/409/);
  await createRoom({ owner, name: `taken-${room.id}` });
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(`taken ${room.id}`);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('There is a room of this name already.').waitFor();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(room.name);
  await page.getByRole('radio', { name: /^Private/ }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('A private room: only its members know of it.').waitFor();
  await page.locator('summary').getByText(guest.username).click();
  await page.getByRole('button', { name: `Make the owner ${guest.username}` }).click();
  await page.getByRole('button', { name: 'Leave this room' }).click();
  await page.waitForURL('**/user');
  expect(await page.getByRole('navigation').getByText(room.name).count()).toBe(0);
});
