import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createRoom, createUser, markRead, writeMessages } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

/** Whether what has the focus shows it: an outline, or a border of the field around it. */
function focusIsVisible(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) return true;
    const field = element.closest('form')?.querySelector(':focus-within');
    return element instanceof HTMLTextAreaElement && field !== null;
  });
}

/** Presses Tab until the focus is on a control of that name, and checks each stop on the way. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const here = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return '';
      const labels = 'labels' in element && element.labels instanceof NodeList ? [...element.labels] : [];
      return [element.ariaLabel, ...labels.map((label) => label.textContent), element.innerText]
        .filter(Boolean)
        .join(' ');
    });
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    expect(await focusIsVisible(page), `focus on "${await here()}"`).toBe(true);
    if (name.test(await here())) return;
  }
  throw new Error(`Tab never came to ${name}`);
}

test('from the start page to a sent message without a mouse', async () => {
  const page = await (await house.visitor()).open('/');
  await tabTo(page, /^Create an account$/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/register');
  await page.getByRole('heading', { name: 'Create an account' }).waitFor();
  await tabTo(page, /^E-mail/);
  await page.keyboard.type('keys@example.org');
  await tabTo(page, /^Username/);
  await page.keyboard.type('keys');
  await tabTo(page, /^Password/);
  await page.keyboard.type('a password of many words');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/user');
  await page.getByRole('heading', { name: 'Welcome, keys' }).waitFor();
  await tabTo(page, /^Skip to content$/);
  await page.keyboard.press('Enter');
  await tabTo(page, /^Name/);
  await page.keyboard.type('By hand');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/chat/by-hand');
  const room = await new RoomPage(page).live();
  expect(await room.composer.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.type('Typed');
  await page.keyboard.press('Enter');
  await room.sees('Typed');
});

test('the quick switcher finds a room, Alt with arrows goes to the next', async () => {
  const user = await createUser();
  const names = ['alpha', 'beta', 'gamma'];
  const rooms = [];
  // Activity orders the list: the last one made is the first.
  for (const [index, name] of names.entries()) {
    rooms.push(
      await createRoom({ owner: user, name, createdAt: new Date(Date.now() - 1_000 * (names.length - index)) }),
    );
  }
  const visitor = await house.visitorAs(user);
  const here = await new RoomPage(await visitor.open('/chat/alpha')).live();
  const { page } = here;
  const at = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Jump to a room' }).waitFor();
  await page.keyboard.type('bet');
  await page.keyboard.press('Enter');
  await at('beta');
  await here.live();

  const order = await page.getByRole('navigation').getByRole('listitem').getByRole('link').allInnerTexts();
  expect(order.toSorted()).toEqual(names);
  const after = (name: string, step: number) => order[(order.indexOf(name) + step + order.length) % order.length] ?? '';
  await page.keyboard.press('Alt+ArrowDown');
  await at(after('beta', 1));
  await page.keyboard.press('Alt+ArrowUp');
  await at('beta');

  const other = await createUser();
  const gamma = rooms[2];
  if (!gamma) throw new Error('gamma was not made');
  const writer = await house.visitorAs(other);
  await writer.post('/api/v1/rooms/gamma/messages', { body: 'Unread' });
  await page.getByRole('navigation').getByText('1 unread message').waitFor({ state: 'attached' });
  await page.keyboard.press('Alt+Shift+ArrowUp');
  await at('gamma');
});

test('the shortcuts are told, and Esc leads back to where one was', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const here = await new RoomPage(await (await house.visitorAs(user)).open(`/chat/${room.name}`)).live();
  await here.page.keyboard.press('Control+/');
  const dialog = here.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await dialog.getByText('Mark the room as read').waitFor();
  await here.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => here.composer.evaluate((field) => field === document.activeElement)).toBe(true);
});

test('↑ edits the last own message, Esc leaves it as it was', async () => {
  const [user, other] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: user, members: [other] });
  await writeMessages(room, [
    { author: user, body: 'My own' },
    { author: other, body: 'Not mine' },
  ]);
  const here = await new RoomPage(await (await house.visitorAs(user)).open(`/chat/${room.name}`)).live();
  const { page } = here;
  const field = page.getByRole('textbox', { name: 'Edit your message' });
  await page.keyboard.press('ArrowUp');
  await field.waitFor();
  expect(await field.inputValue()).toBe('My own');
  await page.keyboard.type(' words');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  await here.sees('My own');
  expect(await here.message('My own words').count()).toBe(0);
  expect(await here.composer.evaluate((element) => element === document.activeElement)).toBe(true);

  await page.keyboard.press('ArrowUp');
  await field.waitFor();
  await page.keyboard.type(', changed');
  await page.keyboard.press('Enter');
  await here.sees('My own, changed');
  await here.message('My own, changed').getByText('edited').waitFor();
});

test('Esc marks the room as read', async () => {
  const [reader, writer] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: writer, members: [reader] });
  await writeMessages(
    room,
    Array.from({ length: 90 }, (_, index) => ({ author: writer, body: `Message ${index + 1}` })),
  );
  await markRead(room, reader, 10);
  const visitor = await house.visitorAs(reader);
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  await here.log.getByText('New', { exact: true }).waitFor();
  await here.page.keyboard.press('Escape');
  await here.log.getByText('New', { exact: true }).waitFor({ state: 'detached' });
  await expect
    .poll(async () => {
      const answer = await visitor.context.request.get(`${house.url}/user`, {
        headers: { accept: 'application/json' },
      });
      return ((await answer.json()) as { rooms: { unread: number }[] }).rooms[0]?.unread;
    })
    .toBe(0);
});

test('the messages are reached with arrows, and acted on with Tab', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  await writeMessages(room, [
    { author: user, body: 'The first' },
    { author: user, body: 'The second' },
  ]);
  const here = await new RoomPage(await (await house.visitorAs(user)).open(`/chat/${room.name}`)).live();
  const { page } = here;
  await here.log.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('m-1');
  expect(await focusIsVisible(page)).toBe(true);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Delete this message?' });
  await dialog.getByText('The first').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await here.sees('The first');
});
