import { expect, test } from 'vitest';
import { createRoom, createUser, writeMessages } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

test('the language follows the browser, and what was chosen stays', async () => {
  const visitor = await house.visitor({ locale: 'ru-RU' });
  const page = await visitor.open('/');
  expect(await page.locator('html').getAttribute('lang')).toBe('ru');
  await page.getByRole('link', { name: 'Создать аккаунт' }).click();
  await page.getByRole('heading', { name: 'Новый аккаунт' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Create an account' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/register');
  await page.reload();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');

  const another = await (await house.visitor({ locale: 'de-DE' })).open('/');
  expect(await another.locator('html').getAttribute('lang')).toBe('en');
});

test('numbers and their nouns agree, in both languages', async () => {
  const [reader, writer] = await Promise.all([createUser(), createUser()]);
  const counts = [1, 2, 5, 21];
  for (const count of counts) {
    const room = await createRoom({ owner: writer, members: [reader], name: `has-${count}-of-them` });
    await writeMessages(
      room,
      Array.from({ length: count }, () => ({ author: writer, body: 'x' })),
    );
  }
  const labels = async (locale: string) => {
    const page = await (await house.visitorAs(reader, { locale })).open('/user');
    const list = page.getByRole('navigation').getByRole('listitem');
    await list.first().waitFor();
    return Promise.all(
      counts.map((count) =>
        list
          .filter({ hasText: `has-${count}-of-them` })
          .locator('.sr-only')
          .first()
          .textContent(),
      ),
    );
  };
  expect(await labels('en')).toEqual([
    '1 unread message',
    '2 unread messages',
    '5 unread messages',
    '21 unread messages',
  ]);
  expect(await labels('ru')).toEqual([
    '1 непрочитанное сообщение',
    '2 непрочитанных сообщения',
    '5 непрочитанных сообщений',
    '21 непрочитанное сообщение',
  ]);
});

test('a whole conversation in Russian: days, times, names of keys', async () => {
  const user = await createUser({ username: 'Жанна' });
  const room = await createRoom({ owner: user, name: 'кухня' });
  await writeMessages(room, [{ author: user, body: 'Утро', createdAt: new Date('2025-03-08T06:30:00Z') }]);
  const visitor = await house.visitorAs(user, { locale: 'ru-RU', timezoneId: 'Asia/Yekaterinburg' });
  const page = await visitor.open(`/chat/${encodeURIComponent('кухня')}`);
  const log = page.getByRole('log', { name: 'Сообщения в комнате' }).or(page.getByRole('log'));
  await log.getByText('Утро').waitFor();
  await log.getByText('8 марта 2025', { exact: false }).waitFor();
  await log.getByText('11:30').first().waitFor();
  const room2 = new RoomPage(page);
  await page.getByRole('button', { name: '1 человек здесь' }).waitFor();
  await page.locator('textarea[name="body"]').fill('День');
  await page.locator('textarea[name="body"]').press('Enter');
  await room2.sees('День');
  await page.keyboard.press('Control+/');
  await page.getByRole('dialog', { name: 'Клавиши' }).or(page.getByRole('dialog')).waitFor();
  const untranslated = await page.evaluate(
    () => /\b(?:rooms|chat|errors|account)\.\w+/.exec(document.body.innerText)?.[0] ?? null,
  );
  expect(untranslated).toBeNull();
});

test('the theme follows the system, and what was chosen stays', async () => {
  const visitor = await house.visitorAs(await createUser(), { colorScheme: 'dark' });
  const page = await visitor.open('/user/account');
  const lightness = () =>
    page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d');
      if (!canvas) return Number.NaN;
      canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data[0];
    });
  expect(await lightness()).toBeLessThan(60);
  await page.getByRole('button', { name: 'Light' }).click();
  await page.locator('html[data-theme="light"]').waitFor();
  await expect.poll(lightness).toBeGreaterThan(200);
  await page.reload();
  expect(await lightness()).toBeGreaterThan(200);
  await page.getByRole('button', { name: 'System' }).click();
  await expect.poll(lightness).toBeLessThan(60);
});
