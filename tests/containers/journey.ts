import { randomBytes } from 'node:crypto';
import { launchBrowser } from '../harness/browser';
import { RoomPage } from '../harness/room-page';

/**
 * Two browsers: one registers by the form and makes a room, the other comes and they talk.
 *
 * @param base the service's public address
 * @throws Error when anything does not show
 */
export async function journey(base: string): Promise<void> {
  const tail = randomBytes(4).toString('hex');
  const browser = await launchBrowser();
  try {
    const [anna, boris] = [
      await browser.newContext({ locale: 'en-GB' }),
      await browser.newContext({ locale: 'en-GB' }),
    ];
    const page = await anna.newPage();
    await page.goto(`${base}/register`);
    await page.getByRole('textbox', { name: 'E-mail' }).fill(`anna-${tail}@example.org`);
    await page.getByRole('textbox', { name: 'Username' }).fill(`anna-${tail}`);
    await page.getByRole('textbox', { name: 'Password' }).fill('a password of many words');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL('**/user');
    await page.getByRole('textbox', { name: 'Name' }).fill(`room-${tail}`);
    await page.getByRole('button', { name: 'Create room' }).click();
    await page.waitForURL(`**/chat/room-${tail}`);
    const annasRoom = await new RoomPage(page).live();

    const account = {
      email: `boris-${tail}@example.org`,
      username: `boris-${tail}`,
      password: 'another good password',
    };
    const headers = { origin: base, accept: 'application/json' };
    const registered = await boris.request.post(`${base}/register`, { data: account, headers });
    if (registered.status() !== 201) throw new Error(`Registering: ${registered.status()}`);
    const borisPage = await boris.newPage();
    await borisPage.goto(`${base}/chat/room-${tail}`);
    const borisRoom = await new RoomPage(borisPage).live();
    await borisRoom.say('Is anybody there?');
    await annasRoom.sees('Is anybody there?');
    await annasRoom.say('I am.');
    await borisRoom.sees('I am.');
  } finally {
    await browser.close();
  }
}

/**
 * Prisma Studio shows the people of a service.
 *
 * @param address of Studio
 * @throws Error when it does not
 */
export async function browseStudio(address: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.getByText('users', { exact: true }).first().click();
    await page
      .getByText(/^person-/)
      .first()
      .waitFor({ timeout: 30_000 });
  } finally {
    await browser.close();
  }
}
