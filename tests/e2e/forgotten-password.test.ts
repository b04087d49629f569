import { expect, test } from 'vitest';
import { createUser, PASSWORD } from '../factories';
import { useHouse } from '../harness/house';
import { linkIn } from '../harness/mailbox';

const house = useHouse({ letters: true });
const NEW = 'an entirely new password';

test('somebody who forgot their password sets another by a letter, and where they were signed in they no longer are', async () => {
  const user = await createUser();
  const elsewhere = await house.visitorAs(user);
  elsewhere.tolerate(/401/);
  const other = await elsewhere.open('/user');

  const visitor = await house.visitor();
  visitor.tolerate(/404/);
  const page = await visitor.open('/login');
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await page.waitForURL('**/forgot');
  const email = page.getByRole('textbox', { name: 'E-mail' });
  await email.fill('nobody');
  await page.getByRole('button', { name: 'Send the letter' }).click();
  await page.getByText('Enter an e-mail address such as').waitFor();
  await email.fill(` ${user.email.toUpperCase()}`);
  await page.getByRole('button', { name: 'Send the letter' }).click();
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();

  const [letter] = await house.mailbox.to(user.email);
  if (!letter) throw new Error('No letter');
  const link = linkIn(letter).href;
  expect(link).toMatch(`${house.url}/reset?token=`);
  await page.goto(link);
  await page.getByRole('textbox', { name: 'Password' }).fill(NEW);
  await page.getByRole('button', { name: 'Save the password' }).click();
  await page.waitForURL('**/login');
  await page.getByRole('textbox', { name: 'E-mail' }).fill(user.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(NEW);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/user');

  await other.goto(`${house.url}/user`);
  await other.waitForURL('**/login?callbackUrl=**');
  expect((await elsewhere.post('/login', { email: user.email, password: PASSWORD })).status()).toBe(401);

  await page.goto(link);
  await page.getByRole('heading', { name: 'This link is not valid any more' }).waitFor();
  await page.getByRole('link', { name: 'Ask for another' }).click();
  await page.waitForURL('**/forgot');
});

test('without a script, in Russian, whether there is such an account or not: the same page', async () => {
  const user = await createUser();
  const visitor = await house.visitor({
    javaScriptEnabled: false,
    locale: 'ru',
    viewport: { width: 360, height: 740 },
  });
  visitor.tolerate(/422/);
  const page = await visitor.open('/login');
  await page.getByRole('link', { name: 'Забыли пароль?' }).click();
  const email = page.getByRole('textbox', { name: 'Электронная почта' });
  await email.fill('никто');
  await page.getByRole('button', { name: 'Отправить письмо' }).click();
  await page.getByText('Введите адрес').waitFor();
  expect(await email.inputValue()).toBe('никто');
  const pages: string[] = [];
  for (const address of ['nobody-of-this-house@example.org', user.email]) {
    await page.goto(`${house.url}/forgot`);
    await email.fill(address);
    await page.getByRole('button', { name: 'Отправить письмо' }).click();
    await page.getByRole('heading', { name: 'Проверьте почту' }).waitFor();
    pages.push(page.url() + (await page.locator('body').innerText()));
  }
  expect(pages[1]).toBe(pages[0]);
  const [letter] = await house.mailbox.to(user.email);
  expect(letter?.subject).toMatch(/^Новый пароль для /);
  expect(house.mailbox.letters.filter(({ to }) => to.includes('nobody-of-this-house@example.org'))).toEqual([]);
  await page.goto(letter ? linkIn(letter).href : '');
  await page.getByRole('heading', { name: 'Новый пароль' }).waitFor();
});
