import { expect, test } from 'vitest';
import { createRoom, createUser, markRead, writeMessages } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

async function twoInARoom() {
  const [first, second] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: first, members: [second] });
  const [one, other] = await Promise.all([house.visitorAs(first), house.visitorAs(second)]);
  const path = `/chat/${room.name}`;
  const open = async (visitor: typeof one) => new RoomPage(await visitor.open(path)).live();
  const [here, there] = await Promise.all([open(one), open(other)]);
  return { first, second, room, one, other, here, there };
}

test('an edit and a deletion reach the other browser', async () => {
  const { here, there } = await twoInARoom();
  await here.say('The first vrsion');
  await there.sees('The first vrsion');

  await here.act('The first vrsion', 'Edit message');
  const field = here.page.getByRole('textbox', { name: 'Edit your message' });
  await field.fill('The second version');
  await field.press('Enter');
  await there.sees('The second version');
  await there.message('The second version').getByText('edited').waitFor();
  expect(await there.message('vrsion').count()).toBe(0);

  await here.act('The second version', 'Delete message');
  const dialog = here.page.getByRole('dialog', { name: 'Delete this message?' });
  await dialog.getByText('The second version').waitFor();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await there.sees('Message deleted');
  await here.sees('Message deleted');
  expect(await there.page.getByText('The second version').count()).toBe(0);
});

test('one may change one’s own messages alone', async () => {
  const { here, there } = await twoInARoom();
  await here.say('Mine');
  await there.sees('Mine');
  await there.message('Mine').hover();
  expect(await there.message('Mine').getByRole('button').count()).toBe(0);
});

test('who is typing and who is here is told, and taken back', async () => {
  const { here, there, first, second, other } = await twoInARoom();
  await here.composer.pressSequentially('Well');
  await there.page.getByText(`${first.username} is typing…`).waitFor();
  await here.composer.press('Enter');
  await there.sees('Well');
  await there.page.getByText(`${first.username} is typing…`).waitFor({ state: 'detached' });

  await here.page.getByRole('button', { name: '2 people here' }).click();
  await here.page.getByRole('listitem').filter({ hasText: second.username }).waitFor();
  await other.context.close();
  await here.page.getByRole('button', { name: '1 person here' }).waitFor();
});

test('the list counts what is unread in rooms that are not open, live', async () => {
  const { here, there, first, second, one } = await twoInARoom();
  const elsewhere = await createRoom({ owner: second, members: [first] });
  await here.page.goto(`${house.url}/chat/${elsewhere.name}`);
  await here.live();
  await there.say('Do you hear me?');
  const name = new URL(there.page.url()).pathname.slice('/chat/'.length);
  const link = here.page.getByRole('navigation').getByRole('link', { name: new RegExp(`^${name}`) });
  await link.getByText('1 unread message').waitFor({ state: 'attached' });
  await there.say('And now?');
  await link.getByText('2 unread messages').waitFor({ state: 'attached' });
  expect(await here.page.title()).toBe(`(2) ${elsewhere.name} · Beseda`);

  await link.click();
  await here.sees('And now?');
  await expect.poll(() => here.page.title()).toBe(`${name} · Beseda`);
  const another = await one.open('/user');
  await another.getByRole('main').getByText('And now?').waitFor();
  expect(await another.getByText('unread message').count()).toBe(0);
});

test('a room opens where one stopped reading, and leads to what is new', async () => {
  const [reader, writer] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: writer, members: [reader] });
  await writeMessages(
    room,
    Array.from({ length: 120 }, (_, index) => ({ author: writer, body: `Message number ${index + 1}` })),
  );
  await markRead(room, reader, 40);
  const visitor = await house.visitorAs(reader);
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  await here.page.locator('#m-41').waitFor();
  const divider = here.log.getByText('New', { exact: true });
  const top = (await divider.boundingBox())?.y ?? -1;
  expect(top).toBeGreaterThan(0);
  expect(top).toBeLessThan(400);

  const there = await new RoomPage(await (await house.visitorAs(writer)).open(`/chat/${room.name}`)).live();
  await there.say('The very latest');
  const jump = here.page.getByRole('button', { name: /^Jump to latest/ });
  await jump.getByText(/new messages/).waitFor();
  await jump.click();
  await here.sees('The very latest');
  await jump.waitFor({ state: 'detached' });
  const seen = await here.message('The very latest').boundingBox();
  expect(seen?.y).toBeLessThan(800);
});

test('who reads in the past is not pulled to the present by a new message', async () => {
  const { here, there, first, room } = await twoInARoom();
  await writeMessages(
    room,
    Array.from({ length: 60 }, (_, index) => ({ author: first, body: `Line ${index + 1}` })),
  );
  await markRead(room, first, 60);
  const { page } = here;
  await page.reload();
  await here.live();
  await here.sees('Line 60');
  await here.log.hover();
  await page.mouse.wheel(0, -900);
  // The rest of the history comes in above: only then is everything at rest.
  await page.getByText(`${room.name} begins here.`).waitFor();
  await page.getByRole('button', { name: /^Jump to latest/ }).waitFor();
  const position = () => page.locator('#m-40').evaluate((element) => element.getBoundingClientRect().top);
  let before = Number.NaN;
  await expect.poll(async () => before === (before = await position())).toBe(true);
  await there.say('Something new');
  await page.getByRole('button', { name: /^Jump to latest 1 new message$/ }).waitFor();
  expect(Math.abs((await position()) - before)).toBeLessThanOrEqual(1);
});

test('a deleted room lets everyone go, and says so', async () => {
  const { here, there, one, room } = await twoInARoom();
  const answer = await one.context.request.delete(`${house.url}/user/rooms/delete/${room.name}`, {
    headers: { origin: house.url, accept: 'application/json' },
  });
  expect(answer.status()).toBe(204);
  for (const side of [here, there]) {
    await side.page.getByText('This room has been deleted.').waitFor();
    expect(await side.composer.count()).toBe(0);
  }
});
