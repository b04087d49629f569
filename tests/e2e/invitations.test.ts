import { expect, test } from 'vitest';
import { prisma } from '@/lib/prisma';
import { createRoom, createUser, PASSWORD } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

test('an owner makes a link, and a stranger registers through it and lands in the private room', async () => {
  const irina = await createUser({ username: 'irina' });
  const { name } = await createRoom({ owner: irina, name: 'salon', visibility: 'private', topic: 'Books' });
  const owner = await house.visitorAs(irina);
  await owner.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const details = await owner.open(`/chat/${name}/details`);
  await details.getByRole('combobox', { name: 'For how many' }).selectOption('10 people');
  await details.getByRole('button', { name: 'Make a link' }).click();
  const link = details.getByRole('textbox', { name: 'Link' });
  const url = await link.inputValue();
  expect(url).toMatch(`${house.url}/invite/`);
  await details.getByRole('button', { name: 'Copy' }).click();
  expect(await details.evaluate(() => navigator.clipboard.readText())).toBe(url);
  await details.getByText('0 of 10 have come by it').waitFor();

  const stranger = await house.visitor();
  const page = await stranger.context.newPage();
  const answer = await page.goto(url);
  expect(answer?.headers()).toMatchObject({
    'cache-control': expect.stringContaining('no-store') as string,
    'referrer-policy': 'strict-origin',
  });
  expect(await page.locator('meta[name="robots"]').getAttribute('content')).toContain('noindex');
  await page.getByRole('heading', { name: 'You are invited to salon' }).waitFor();
  await page.getByText('Books').waitFor();
  await page.getByText('1 member').waitFor();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByText('You will be in the room salon right away.').waitFor();
  await page.getByRole('textbox', { name: 'E-mail' }).fill(irina.email);
  await page.getByRole('textbox', { name: 'Username' }).fill('jakob');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  stranger.tolerate(/409/);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('There is an account with this e-mail already.').waitFor();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('jakob@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(`**/chat/${name}`);
  await new RoomPage(page).live();

  // The owner sees it happen, and does not lose the link meanwhile.
  await details.getByText('1 of 10 have come by it').waitFor();
  await details.getByText('2 members').waitFor();
  expect(await link.inputValue()).toBe(url);
  await details.getByRole('button', { name: /^Take back link/ }).click();
  await details.getByText('No link is valid at the moment.').waitFor();
  expect(await link.count()).toBe(0);
  stranger.tolerate(/404/);
  const late = await house.visitor();
  late.tolerate(/404/);
  const dead = await late.context.newPage();
  expect((await dead.goto(url))?.status()).toBe(404);
  await dead.getByRole('heading', { name: 'This invitation is not valid any more' }).waitFor();
});

test('without a script, in Russian, on a phone: a member comes by the way of signing in, an administrator invites to the service', async () => {
  const [vera, chief] = await Promise.all([
    createUser({ username: 'vera' }),
    createUser({ username: 'superintendent', role: 'administrator' }),
  ]);
  const { id, name } = await createRoom({ owner: vera, name: 'тайная-комната', visibility: 'private' });
  const phone = { javaScriptEnabled: false, locale: 'ru', viewport: { width: 360, height: 740 } };
  const owner = await house.visitorAs(vera, phone);
  const details = await owner.open(`/chat/${encodeURIComponent(name)}/details`);
  await details.getByRole('button', { name: 'Создать ссылку' }).click();
  const url = await details.getByRole('textbox', { name: 'Ссылка' }).inputValue();
  expect(await details.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  const oleg = await createUser({ username: 'oleg' });
  const guest = await house.visitor(phone);
  const page = await guest.context.newPage();
  await page.goto(url);
  await page.getByRole('link', { name: 'У меня есть аккаунт' }).click();
  await page.locator('[name=email]').fill(oleg.email);
  await page.locator('[name=password]').fill(PASSWORD);
  await page.locator('form[action="/login"] [type=submit]').click();
  await page.getByText('Вы вошли как oleg.').waitFor();
  const invitation = await prisma().invitation.findFirst({ where: { roomId: id } });
  expect(invitation?.uses).toBe(0);
  await page.getByRole('button', { name: 'Войти в комнату' }).click();
  await page.waitForURL(`**/chat/${encodeURIComponent(name)}`);
  await page.goto(url);
  expect(new URL(page.url()).pathname).toBe(`/chat/${encodeURIComponent(name)}`);

  await prisma().membership.update({
    where: { roomId_userId: { roomId: id, userId: oleg.id } },
    data: { removedAt: new Date() },
  });
  guest.tolerate(/403/);
  expect((await page.goto(url))?.status()).toBe(403);
  await page.getByText('Вас удалили из этой комнаты.').waitFor();

  const admin = await house.visitorAs(chief, phone);
  const list = await admin.open('/admin/invitations');
  await list.getByRole('button', { name: 'Создать ссылку' }).click();
  const service = await list.getByRole('textbox', { name: 'Ссылка' }).inputValue();
  await list.getByRole('button', { name: /^Отозвать ссылку/ }).waitFor();
  const anybody = await (await house.visitor(phone)).context.newPage();
  await anybody.goto(service);
  await anybody.getByRole('link', { name: 'Создать аккаунт' }).click();
  await anybody.locator('[name=email]').fill('newcomer@example.org');
  await anybody.locator('[name=username]').fill('newcomer');
  await anybody.locator('[name=password]').fill(PASSWORD);
  await anybody.getByRole('button', { name: 'Создать аккаунт' }).click();
  await anybody.waitForURL('**/user');
  await list.getByRole('button', { name: /^Отозвать ссылку/ }).click();
  await list.getByText('Сейчас действующих ссылок нет.').waitFor();
});
