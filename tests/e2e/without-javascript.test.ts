import { expect, test } from 'vitest';
import { createRoom, createUser, writeMessages } from '../factories';
import { useHouse } from '../harness/house';

const house = useHouse();
const PLAIN = { javaScriptEnabled: false };

test('an account is made, errors are shown, and what was typed is kept', async () => {
  const anna = await house.visitor(PLAIN);
  anna.tolerate(/422/, /409/);
  const page = await anna.open('/');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('plain@example.org');
  await page.getByRole('textbox', { name: 'Username' }).fill('a b');
  await page.getByRole('textbox', { name: 'Password' }).fill('short');
  const [refusal] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Create account' }).click(),
  ]);
  expect(refusal.status()).toBe(422);
  await page.getByText('Use at least 8 characters.').waitFor();
  await page.getByText('Use 2 to 32 letters, digits, dots, hyphens or underscores.').waitFor();
  expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('plain@example.org');
  expect(await page.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('a b');
  expect(await page.getByRole('textbox', { name: 'Password' }).inputValue()).toBe('');

  await page.getByRole('textbox', { name: 'Username' }).fill('plain');
  await page.getByRole('textbox', { name: 'Password' }).fill('a password of many words');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/user');
  await page.getByRole('heading', { name: 'Welcome, plain' }).waitFor();
});

test('one signs in, and comes back to where one wanted to go', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitor(PLAIN);
  visitor.tolerate(/401/);
  const page = await visitor.open(`/chat/${room.name}`);
  await page.waitForURL('**/login?callbackUrl=**');
  await page.getByRole('textbox', { name: 'E-mail' }).fill(user.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong, certainly');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('E-mail or password is not right.').waitFor();
  expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe(user.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`**/chat/${room.name}`);
});

test('who has forgotten the password learns whom to ask where no letters are sent', async () => {
  const page = await (await house.visitor(PLAIN)).open('/login');
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await page.getByText('This server sends no letters. Ask an administrator').waitFor();
});

test('a room is made, found by another, read and posted to', async () => {
  const [owner, guest] = await Promise.all([createUser(), createUser()]);
  const visitor = await house.visitorAs(owner, PLAIN);
  visitor.tolerate(/409/, /422/);
  const page = await visitor.open('/user');
  await page.getByRole('textbox', { name: 'Name' }).fill('Plain Talk');
  await page.getByRole('textbox', { name: 'Topic' }).fill('Without a script');
  await page.getByRole('button', { name: 'Create room' }).click();
  await page.waitForURL('**/chat/plain-talk');
  await page.getByText('Without a script').waitFor();

  await page.getByRole('textbox', { name: 'Message to plain-talk' }).fill('The first\nin two lines');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForURL('**/chat/plain-talk#m-1');
  await page.locator('#m-1').getByText('The first').waitFor();

  const [refusal] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Send' }).click(),
  ]);
  expect(refusal.status()).toBe(422);
  await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor();
  await page.locator('#m-1').getByText('The first').waitFor();

  await page.goto(`${house.url}/user`);
  await page.getByRole('textbox', { name: 'Name' }).fill('PLAIN talk');
  await page.getByRole('button', { name: 'Create room' }).click();
  await page.getByText('There is a room of this name already.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('PLAIN talk');

  const other = await house.visitorAs(guest, PLAIN);
  const search = await other.open('/user/search');
  await search.getByRole('searchbox', { name: 'Name of a room' }).fill('talk');
  await search.getByRole('button', { name: 'Search' }).click();
  await search.waitForURL('**/user/search/results?q=talk');
  await search
    .getByRole('main')
    .getByRole('link', { name: /^plain-talk/ })
    .click();
  await search.locator('#m-1').getByText('The first').waitFor();
  await search.getByRole('textbox', { name: 'Message to plain-talk' }).fill('The second');
  await search.getByRole('button', { name: 'Send' }).click();
  await search.locator('#m-2').getByText('The second').waitFor();

  await page.goto(`${house.url}/user`);
  const row = page.getByRole('main').getByRole('link', { name: /^plain-talk/ });
  await row.getByText('1 unread message').waitFor({ state: 'attached' });
});

test('the history is paged through by links, both ways', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  await writeMessages(
    room,
    Array.from({ length: 120 }, (_, index) => ({ author: user, body: `Message ${index + 1}` })),
  );
  const visitor = await house.visitorAs(user, PLAIN);
  await visitor.post(`/api/v1/rooms/${room.name}/messages`, { body: 'Message 121' });
  const page = await visitor.open(`/chat/${room.name}`);
  await page.locator('#m-121').waitFor();
  const oldest = async () => (await page.getByRole('article').first().getAttribute('id')) ?? '';
  expect(await oldest()).toBe('m-72');
  await page.getByRole('link', { name: 'Older messages' }).click();
  await page.locator('#m-71').waitFor();
  expect(await oldest()).toBe('m-22');
  await page.getByRole('link', { name: 'Older messages' }).click();
  await page.locator('#m-1').waitFor();
  expect(await page.getByRole('link', { name: 'Older messages' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Newer messages' }).click();
  await page.locator('#m-22').waitFor();
  await page.getByRole('link', { name: 'Latest messages' }).click();
  await page.locator('#m-121').waitFor();
});

test('a room is deleted after a question that names it, by its owner alone', async () => {
  const [owner, guest] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner, members: [guest] });
  const other = await house.visitorAs(guest, PLAIN);
  other.tolerate(/403/, /404/);
  const refused = await other.open(`/user/rooms/delete/${room.name}`);
  await refused.getByRole('heading', { name: 'Only its owner deletes a room' }).waitFor();
  expect(await refused.getByRole('button', { name: 'Delete this room' }).count()).toBe(0);

  const visitor = await house.visitorAs(owner, PLAIN);
  const page = await visitor.open('/user');
  await page.getByRole('link', { name: `Delete ${room.name}` }).click();
  await page.getByRole('heading', { name: `Delete “${room.name}”?` }).waitFor();
  await page.getByRole('link', { name: 'Keep it' }).click();
  await page.waitForURL('**/user');
  await page.getByRole('link', { name: `Delete ${room.name}` }).click();
  await page.getByRole('button', { name: 'Delete this room' }).click();
  await page.waitForURL('**/user');
  expect(await page.getByRole('main').getByText(room.name).count()).toBe(0);
  await refused.goto(`${house.url}/chat/${room.name}`);
  await refused.getByRole('heading', { name: 'Nothing lives here' }).waitFor();
});

test('language, theme and signing out need no script', async () => {
  const visitor = await house.visitorAs(await createUser(), PLAIN);
  const page = await visitor.open('/user/account');
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.locator('html[data-theme="dark"]').waitFor();
  await page.waitForURL('**/user/account');
  await page.getByRole('button', { name: 'Русский' }).click();
  await page.locator('html[lang="ru"]').waitFor();
  await page.goto(`${house.url}/user`);
  await page.getByRole('main').getByRole('link', { name: 'Выйти' }).click();
  await page.getByRole('link', { name: 'Создать аккаунт' }).waitFor();
  await page.goto(`${house.url}/user`);
  await page.waitForURL('**/login?callbackUrl=**');
});

test('on a phone the list of rooms opens without a script', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitorAs(user, { ...PLAIN, viewport: { width: 360, height: 700 } });
  const page = await visitor.open('/user');
  const link = page.getByRole('navigation').getByRole('link', { name: room.name });
  expect(await link.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Open the list of rooms' }).click();
  await link.click();
  await page.getByRole('heading', { name: room.name }).waitFor();
});
