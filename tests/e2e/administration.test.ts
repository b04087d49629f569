import { beforeAll, expect, test } from 'vitest';
import type { User } from '@/generated/prisma/client';
import { prisma } from '@/lib/prisma';
import { createRoom, createUser, PASSWORD } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();
let chief: User;
beforeAll(async () => {
  chief = await createUser({ username: 'chief', role: 'administrator' });
});

test('an administrator suspends somebody, who is led out, and lets them in again with a new password', async () => {
  const nadia = await createUser({ username: 'nadia' });
  const { name } = await createRoom({ owner: nadia });
  const guest = await house.visitorAs(nadia);
  guest.tolerate(/40[134]/);
  const open = await guest.open(`/chat/${name}`);
  await new RoomPage(open).live();

  const admin = await house.visitorAs(chief);
  await admin.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await admin.open('/user');
  await page.getByRole('link', { name: 'Administration' }).click();
  await page.getByRole('searchbox', { name: 'Username or e-mail' }).fill('NAD');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL('**/admin/users?q=NAD');
  await page.getByRole('button', { name: 'Suspend nadia' }).click();
  await page.getByRole('button', { name: 'Reinstate nadia' }).waitFor();
  expect(new URL(page.url()).search).toBe('?q=NAD');
  await page.getByText('suspended', { exact: true }).waitFor();

  await open.waitForURL('**/login?callbackUrl=**');
  await open.getByRole('textbox', { name: 'E-mail' }).fill(nadia.email);
  await open.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await open.getByRole('button', { name: 'Sign in' }).click();
  await open.getByRole('alert').getByText('This account is suspended.').waitFor();

  await page.getByRole('button', { name: 'Reinstate nadia' }).click();
  await page.getByRole('button', { name: 'Suspend nadia' }).waitFor();
  await page.getByRole('button', { name: 'Reset link for nadia' }).click();
  const link = page.getByRole('textbox', { name: 'Link' });
  const url = await link.inputValue();
  expect(url).toMatch(`${house.url}/reset?token=`);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url);
  await page.goto(page.url());
  await page.getByRole('button', { name: 'Reset link for nadia' }).waitFor();
  expect(await link.count()).toBe(0);

  const referers: (string | null)[] = [];
  open.on('request', (request) => void request.headerValue('referer').then((referer) => referers.push(referer)));
  const answer = await open.goto(url);
  expect(answer?.headers()).toMatchObject({
    'cache-control': expect.stringContaining('no-store') as string,
    'referrer-policy': 'strict-origin',
  });
  expect(await open.locator('meta[name="robots"]').getAttribute('content')).toContain('noindex');
  await open.getByRole('button', { name: 'Русский' }).click();
  await open.getByRole('heading', { name: 'Новый пароль' }).waitFor();
  await open.getByRole('button', { name: 'English' }).click();
  await open.getByRole('heading', { name: 'Set a new password' }).waitFor();
  const password = open.getByRole('textbox', { name: 'Password' });
  await password.fill('short');
  await open.getByRole('button', { name: 'Save the password' }).click();
  await open.getByText('Use at least 8 characters.').waitFor();
  await password.fill('an entirely new password');
  await open.getByRole('button', { name: 'Save the password' }).click();
  await open.waitForURL('**/login');
  await open.getByRole('textbox', { name: 'E-mail' }).fill(nadia.email);
  await open.getByRole('textbox', { name: 'Password' }).fill('an entirely new password');
  await open.getByRole('button', { name: 'Sign in' }).click();
  await open.waitForURL('**/user');
  expect(referers.filter((referer) => referer?.includes('token='))).toEqual([]);
  await open.goto(url);
  await open.getByRole('heading', { name: 'This link is not valid any more' }).waitFor();

  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Audit log' }).click();
  for (const words of ['Suspended nadia', 'Reinstated nadia', 'Made a reset link for nadia'])
    await page.getByText(words).waitFor();
});

test('without a script, in Russian, on a phone: all of it, and the last administrator stays', async () => {
  const oleg = await createUser({ username: 'oleg' });
  const room = await createRoom({ owner: oleg, name: 'secret-plans' });
  await prisma().room.update({ where: { id: room.id }, data: { visibility: 'private' } });
  const admin = await house.visitorAs(chief, {
    javaScriptEnabled: false,
    locale: 'ru',
    viewport: { width: 360, height: 740 },
  });
  admin.tolerate(/409/);
  const page = await admin.open('/admin/users?q=chief');
  await page.getByRole('button', { name: 'Снять права администратора: chief' }).click();
  await page.getByRole('alert').getByText('Это последний администратор').waitFor();
  expect(await page.getByRole('searchbox').inputValue()).toBe('chief');

  await page.goto(`${house.url}/admin/users?q=oleg`);
  await page.getByRole('button', { name: 'Сделать администратором: oleg' }).click();
  await page.getByRole('button', { name: 'Снять права администратора: oleg' }).click();
  await page.getByRole('button', { name: 'Сделать администратором: oleg' }).waitFor();
  await page.getByRole('button', { name: 'Сброс пароля: oleg' }).click();
  await page.getByRole('textbox', { name: 'Ссылка' }).waitFor();

  await page.getByRole('link', { name: 'Комнаты', exact: true }).click();
  await page.getByText('закрытая · 1 участник · владелец: oleg').waitFor();
  await page.getByRole('link', { name: 'secret-plans' }).click();
  await page.locator('form button[type="submit"]').last().click();
  await page.waitForURL('**/user');
  await page.goto(`${house.url}/admin/rooms?q=secret`);
  await page.getByText('Комнаты с таким названием нет.').waitFor();
});

test('for anybody else there are no such pages', async () => {
  const visitor = await house.visitorAs(await createUser());
  visitor.tolerate(/404/);
  const page = await visitor.open('/user');
  expect(await page.getByRole('link', { name: 'Administration' }).count()).toBe(0);
  for (const list of ['users', 'rooms', 'audit']) {
    const answer = await page.goto(`${house.url}/admin/${list}`);
    expect(answer?.status()).toBe(404);
    await page.getByRole('heading', { name: 'Nothing lives here' }).waitFor();
  }
  // Not while the page still fetches something with them.
  await page.goto('about:blank');
  await visitor.context.clearCookies();
  await page.goto(`${house.url}/admin/users`);
  await page.waitForURL('**/login?callbackUrl=%2Fadmin%2Fusers');
});
