import { expect, test } from 'vitest';
import { createRoom, createUser, PASSWORD, writeMessages } from '../factories';
import { useHouse } from '../harness/house';

const house = useHouse();

test('one changes name, address and password, ends another session, and leaves for good', async () => {
  const [anna, boris] = [await createUser({ username: 'anna' }), await createUser({ username: 'boris' })];
  const room = await createRoom({ owner: anna, members: [boris], name: 'journey' });
  await writeMessages(room, [{ author: anna, body: 'I was here' }]);
  const [here, there] = [await house.visitorAs(anna), await house.visitorAs(anna)];
  const other = await house.visitorAs(boris);
  for (const visitor of [here, there]) visitor.tolerate(/40[139]/, /422/);
  const his = await other.open('/chat/journey');
  const away = await there.open('/chat/journey');
  await his.getByRole('article').getByText('anna', { exact: true }).waitFor();
  await away.getByRole('log').waitFor();

  const page = await here.open('/user');
  await page.getByRole('link', { name: 'Account and settings' }).click();
  await page.getByRole('heading', { name: 'Your account', level: 1 }).waitFor();
  await page.getByRole('textbox', { name: 'Username' }).fill('boris');
  await page.getByRole('button', { name: 'Change username' }).click();
  await page.getByText('Somebody has this username, or one that looks like it.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('boris');
  await page.getByRole('textbox', { name: 'Username' }).fill('anna.b');
  await page.getByRole('button', { name: 'Change username' }).click();
  await page.getByText('Your username is changed.').waitFor();
  // Those who look on see it without doing anything: beside the messages, and in the own foot of the list.
  await his.getByRole('article').getByText('anna.b', { exact: true }).waitFor();
  await away.getByRole('navigation').getByText('anna.b', { exact: true }).waitFor();

  const email = page.locator('form[action="/user/account?form=email"]');
  await email.getByLabel('E-mail').fill('anna.b@example.org');
  await email.getByLabel('Password', { exact: true }).fill('wrong, certainly');
  await email.getByRole('button', { name: 'Change e-mail' }).click();
  await email.getByText('This is not your password.').waitFor();
  expect(await email.getByLabel('E-mail').inputValue()).toBe('anna.b@example.org');
  expect(await email.getByLabel('Password', { exact: true }).inputValue()).toBe('');
  await email.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await email.getByRole('button', { name: 'Change e-mail' }).click();
  await page.getByText('Your e-mail is changed.').waitFor();

  const sessions = page.getByRole('region', { name: 'Sessions and devices' });
  expect(await sessions.getByRole('listitem').count()).toBe(2);
  await sessions
    .getByRole('listitem')
    .filter({ hasText: 'this one' })
    .getByText(/^Chrome on/)
    .first()
    .waitFor();
  await sessions.getByRole('listitem').filter({ hasNotText: 'this one' }).getByRole('button').click();
  await page.getByText('Ended.').waitFor();
  expect(await sessions.getByRole('listitem').count()).toBe(1);
  await away.waitForURL('**/login?callbackUrl=**');
  await away.getByRole('status').getByText('Your session has ended').waitFor();
  await away.getByLabel('E-mail').fill('anna.b@example.org');
  await away.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await away.getByRole('button', { name: 'Sign in' }).click();
  await away.waitForURL('**/chat/journey');

  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password').fill('another horse entirely');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  await away.waitForURL('**/login?callbackUrl=**');

  await page.getByRole('link', { name: 'Delete the account…' }).click();
  await page.getByText('What you wrote stays where it is, without your name.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('another horse entirely');
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByRole('status').getByText('Your account is deleted.').waitFor();
  await page.goto(`${house.url}/user`);
  await page.waitForURL('**/login?callbackUrl=**');
  await his.reload();
  await his.getByRole('article').filter({ hasText: 'I was here' }).getByText('Deleted account').waitFor();
});

test('the same forms need no script, and give no password back', async () => {
  const carla = await createUser({ username: 'carla', role: 'administrator' });
  const visitor = await house.visitorAs(carla, { javaScriptEnabled: false });
  visitor.tolerate(/403/, /409/, /422/);
  const page = await visitor.open('/user/account');
  await page.getByRole('textbox', { name: 'Username' }).fill('a b');
  await page.getByRole('button', { name: 'Change username' }).click();
  await page.locator('form[action="/user/account?form=username"] [aria-invalid="true"]').waitFor();
  expect(await page.locator('[aria-invalid="true"]').count()).toBe(1);
  expect(await page.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('a b');

  await page.getByLabel('Current password').fill('secret-that-is-wrong');
  await page.getByLabel('New password').fill('secret-that-is-new');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('This is not your password.').waitFor();
  expect(await page.content()).not.toContain('secret-that-is');
  // The address in the bar is one that can be opened.
  await page.goto(page.url());
  await page.getByRole('heading', { name: 'Your account', level: 1 }).waitFor();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password').fill('another horse entirely');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password is changed.').waitFor();

  await page.getByRole('link', { name: 'Delete the account…' }).click();
  await page.getByLabel('Password', { exact: true }).fill('another horse entirely');
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByText('You are the last administrator. Make somebody else one first.').waitFor();
  await page.getByRole('link', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByText('Your session has ended').waitFor();
});
