import { expect, test } from 'vitest';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

test('a stranger registers, makes a room, and talks with a second browser', async () => {
  const anna = await house.visitor();
  const page = await anna.open('/');
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByRole('link').allInnerTexts()).toEqual(['Create an account', 'Sign in']);

  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.waitForURL('**/register');
  const email = page.getByRole('textbox', { name: 'E-mail' });
  const username = page.getByRole('textbox', { name: 'Username' });
  const password = page.getByRole('textbox', { name: 'Password' });
  const register = page.getByRole('button', { name: 'Create account' });
  await page.getByText('At least 8 characters').waitFor();
  await email.fill('anna@example.org');
  await username.fill('a!');
  await password.fill('short');
  await register.click();
  await page.getByText('Use at least 8 characters.').waitFor();
  await page.getByText('Use 2 to 32 letters, digits, dots, hyphens or underscores.').waitFor();
  expect(await email.inputValue()).toBe('anna@example.org');
  expect(await username.inputValue()).toBe('a!');
  expect(await username.getAttribute('aria-invalid')).toBe('true');
  expect(await email.getAttribute('aria-invalid')).toBeNull();
  expect(new URL(page.url()).pathname).toBe('/register');

  await username.fill('anna');
  await password.fill('a password of many words');
  await register.click();
  await page.waitForURL('**/user');
  await page.getByRole('heading', { name: 'Welcome, anna' }).waitFor();

  await page.getByRole('textbox', { name: 'Name' }).pressSequentially('Отдел  Кадров');
  await page.getByText('/chat/отдел-кадров').waitFor();
  await page.getByRole('textbox', { name: 'Topic' }).fill('Who works here');
  await page.getByRole('button', { name: 'Create room' }).click();
  await page.waitForURL(`**/chat/${encodeURIComponent('отдел-кадров')}`);
  const annasRoom = await new RoomPage(page).live();
  await page.getByText('Who works here').waitFor();
  expect(await page.title()).toBe('отдел-кадров · Beseda');

  const boris = await house.visitor();
  await boris.post('/register', { email: 'boris@example.org', username: 'boris', password: 'another good password' });
  const borisPage = await boris.open('/user/search');
  await borisPage.getByRole('searchbox', { name: 'Name of a room' }).pressSequentially('кад');
  await borisPage.getByRole('status').getByText('1 room', { exact: true }).waitFor();
  await borisPage.keyboard.press('Enter');
  const borisRoom = await new RoomPage(borisPage).live();

  await borisRoom.say('Is anybody there?');
  await borisRoom.sees('Is anybody there?');
  await annasRoom.sees('Is anybody there?');
  await annasRoom.say('I am.');
  await borisRoom.sees('I am.');
  await page.getByRole('button', { name: '2 people here' }).waitFor();

  await page.reload();
  await annasRoom.sees('Is anybody there?');
  await annasRoom.sees('I am.');
  await page.goto(`${house.url}/`);
  await page.waitForURL('**/chat/**');
});

test('a taken name is told beside its field, with what was typed still there', async () => {
  const vera = await house.visitor();
  vera.tolerate(/409/);
  await vera.post('/register', { email: 'vera@example.org', username: 'vera', password: 'a password of many words' });
  await vera.context.clearCookies();
  const page = await vera.open('/register');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('second@example.org');
  await page.getByRole('textbox', { name: 'Username' }).fill('VERA');
  await page.getByRole('textbox', { name: 'Password' }).fill('a password of many words');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Somebody has this username, or one that looks like it.').waitFor();
  expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('second@example.org');
  expect(await page.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('VERA');
  expect(await page.getByRole('textbox', { name: 'Password' }).inputValue()).toBe('');
});

test('a page that needs a session leads to the sign-in page, and back', async () => {
  const olga = await house.visitor();
  await olga.post('/register', { email: 'olga@example.org', username: 'olga', password: 'a password of many words' });
  await olga.post('/user/rooms', { name: 'back-here' });
  await olga.context.clearCookies();
  olga.tolerate(/401/);
  const page = await olga.open('/chat/back-here');
  await page.waitForURL('**/login?callbackUrl=**');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('olga@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill('not this one at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('E-mail or password is not right.').waitFor();
  expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('olga@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill('a password of many words');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/chat/back-here');
});
