import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createRoom, createUser, writeMessages } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

/** What would set `window.ran` if it became anything but text. */
const ATTACKS = [
  '<script>window.ran = 1</script>',
  '<img src=x onerror="window.ran = 1">',
  '<svg/onload=window.ran=1>',
  '"><iframe srcdoc="<script>parent.ran=1</script>">',
  '</textarea></title></script><script>window.ran=1</script>',
  'javascript:window.ran=1',
  '[link](javascript:window.ran=1)',
  'data:text/html,<script>window.ran=1</script>',
  '{{constructor.constructor("window.ran=1")()}}',
  'https://example.org/"onmouseover="window.ran=1',
  "https://example.org/'><img/src=x/onerror=window.ran=1>",
  '<!-- --><!--><script>window.ran=1</script>',
  '\u2028window.ran=1\u2029</script>',
  '&lt;script&gt;window.ran=1&lt;/script&gt;',
];

/** Asserts that nothing ran, and that nothing of what was typed became an element or a dangerous link. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    ran: 'ran' in window,
    elements: document.querySelectorAll(
      'main iframe, main img, main script, main [onerror], main [onload], main [onmouseover]',
    ).length,
    links: [...document.querySelectorAll('a')]
      .map((link) => link.getAttribute('href') ?? '')
      .filter((href) => !/^(?:[/#]|https?:|mailto:)/.test(href)),
  }));
  expect(found).toEqual({ ran: false, elements: 0, links: [] });
}

test('messages show what was typed, and nothing of it runs', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user, topic: ATTACKS.slice(0, 3).join(' ') });
  await writeMessages(
    room,
    ATTACKS.map((body) => ({ author: user, body })),
  );
  const visitor = await house.visitorAs(user);
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  const shown = await here.log.getByRole('article').locator('p').allInnerTexts();
  expect(shown.map((text) => text.trim())).toEqual(ATTACKS.map((text) => text.trim()));
  await expectHarmless(here.page);

  for (const attack of ATTACKS.slice(0, 3)) {
    await here.composer.fill(attack);
    await here.composer.press('Enter');
  }
  await expect.poll(() => here.log.locator('[id^="m-"]').count()).toBe(ATTACKS.length + 3);
  await expectHarmless(here.page);
  for (const link of await here.log.getByRole('link').all()) {
    expect(await link.getAttribute('rel')).toContain('noopener');
    expect(await link.getAttribute('href')).toMatch(/^https:\/\/example\.org\//);
  }

  const plain = await house.visitorAs(user, { javaScriptEnabled: false });
  const page = await plain.open(`/chat/${room.name}`);
  expect(await page.locator('main iframe, main img, main script').count()).toBe(0);
});

test('topics, titles, searches and refused forms are text too', async () => {
  const user = await createUser();
  const visitor = await house.visitorAs(user);
  visitor.tolerate(/422/, /401/);
  for (const [index, topic] of ATTACKS.slice(0, 6).entries())
    await createRoom({ owner: user, name: `attack-${index}`, topic });
  const page = await visitor.open('/user');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await expectHarmless(page);

  for (const attack of ATTACKS.slice(0, 5)) {
    await page.goto(`${house.url}/user/search/results?q=${encodeURIComponent(attack)}`);
    await page.getByRole('searchbox', { name: 'Name of a room' }).waitFor();
    expect(await page.getByRole('searchbox', { name: 'Name of a room' }).inputValue()).toBe(attack);
    expect(await page.title()).toContain(attack.slice(0, 8));
    await expectHarmless(page);
  }
  await page.goto(`${house.url}/user/search`);
  await page.getByRole('searchbox', { name: 'Name of a room' }).fill('attack');
  await page
    .getByRole('main')
    .getByRole('link', { name: /^attack-1/ })
    .getByText(ATTACKS[1] ?? '')
    .waitFor();
  await expectHarmless(page);

  // The form comes back with what was typed: rendered by the server, as an ordinary form posts it.
  const plain = await house.visitor({ javaScriptEnabled: false });
  plain.tolerate(/422/, /401/);
  const form = await plain.open('/register');
  await form.getByRole('textbox', { name: 'E-mail' }).fill('"><script>window.ran=1</script>@x');
  await form.getByRole('textbox', { name: 'Username' }).fill('"><img src=x onerror=window.ran=1>');
  await form.getByRole('button', { name: 'Create account' }).click();
  expect(await form.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('"><img src=x onerror=window.ran=1>');
  expect(await form.locator('main img, form script').count()).toBe(0);
});

test('a way back that leads elsewhere is not followed', async () => {
  const user = await createUser();
  const visitor = await house.visitor();
  for (const target of ['https://example.org/', '//example.org/', 'javascript:window.ran=1', '/\\example.org']) {
    const page = await visitor.open(`/login?callbackUrl=${encodeURIComponent(target)}`);
    await page.getByRole('textbox', { name: 'E-mail' }).fill(user.email);
    await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/user');
    expect(new URL(page.url()).origin).toBe(house.url);
    await visitor.context.clearCookies();
    await page.close();
  }
});
